using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Webhooks;

/// <summary>Signatures of the Standard Webhooks specification: HMAC-SHA256 over <c>ID.TIMESTAMP.BODY</c>, as <c>v1,BASE64</c>.</summary>
internal static class WebhookSignature
{
    /// <summary>Value of <c>webhook-signature</c>: one signature for each secret, with spaces between.</summary>
    /// <param name="secrets">Valid ones.</param>
    /// <param name="id">Value of <c>webhook-id</c>.</param>
    /// <param name="timestamp">Value of <c>webhook-timestamp</c>, Unix seconds.</param>
    /// <param name="body">Of the request.</param>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var prefix = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        var signatures = new List<string>();
        foreach (var secret in secrets)
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, WebhookSecrets.KeyOf(secret));
            hash.AppendData(prefix);
            hash.AppendData(body);
            signatures.Add($"v1,{Convert.ToBase64String(hash.GetHashAndReset())}");
        }
        return string.Join(' ', signatures);
    }
}
