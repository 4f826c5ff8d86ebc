using Npgsql;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>The setting <c>store</c>: <c>postgres://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE</c>, or Npgsql's own <c>Host=…;Database=…</c>.</summary>
internal static class PostgresAddress
{
    private const string Schema = "orchestrator";
    private const string Expected = "write postgres://USER@HOST/DATABASE or 'Host=…;Database=…;Username=…'";

    /// <summary>Tables go into the schema <c>orchestrator</c>, unless a <c>Search Path</c> is given.</summary>
    /// <exception cref="ServeException">It is neither.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        try
        {
            var address = text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal)
                ? OfUri(new Uri(text))
                : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(address.Host))
                throw new ServeException($"the store has no host: {Expected}");
            address.SearchPath ??= Schema;
            address.ApplicationName ??= Schema;
            return address;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Not the text itself: it may have a password.
            throw new ServeException($"the store is not understood ({e.Message}): {Expected}");
        }
    }

    private static NpgsqlConnectionStringBuilder OfUri(Uri uri)
    {
        var address = new NpgsqlConnectionStringBuilder { Host = Uri.UnescapeDataString(uri.Host) };
        if (uri.Port > 0)
            address.Port = uri.Port;
        if (uri.AbsolutePath.Length > 1)
            address.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            address.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            address.Password = Uri.UnescapeDataString(user[1]);
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = parameter.Split('=', 2) is [var left, var right] ? (left, right) : (parameter, "");
            // libpq's names for what Npgsql calls otherwise: sslmode=verify-full is VerifyFull.
            var (name, meaning) = (Uri.UnescapeDataString(key), Uri.UnescapeDataString(value));
            address[name switch { "sslmode" => "SSL Mode", "host" => "Host", _ => name }] = name == "sslmode" ? meaning.Replace("-", "", StringComparison.Ordinal) : meaning;
        }
        return address;
    }
}
