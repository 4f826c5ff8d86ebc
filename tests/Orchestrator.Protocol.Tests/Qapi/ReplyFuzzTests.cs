using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Tests.Qapi;

public class ReplyFuzzTests
{
    private static readonly Gen<QapiType?> Types = Gen.OneOf<QapiType?>([.. GuestNamespace.BuiltIn.Schema.Commands.Values.Select(command => command.Returns).Distinct()]);

    private static readonly Gen<string> Names = Gen.OneOf<string>([.. Replies.Names]);

    /// <summary>Pieces that make something close to JSON.</summary>
    private static readonly Gen<byte[]> Shards = Gen.OneOf<byte[]>(
        "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), ":"u8.ToArray(), ","u8.ToArray(), "\"pid\""u8.ToArray(),
        "\"type\""u8.ToArray(), "\"linux\""u8.ToArray(), "\"\\ud800\""u8.ToArray(), "1"u8.ToArray(), "-1e999"u8.ToArray(), "null"u8.ToArray(),
        "true"u8.ToArray(), [0xFF], [0xC0, 0x80], "\""u8.ToArray(), "\\"u8.ToArray(), "\\u00"u8.ToArray());

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Select(Types, Gen.Byte.Array[0, 200]).Sample((type, json) => AssertOutcome(type, json), iter: 10_000);

    [Fact]
    public void Random_shards_of_JSON_never_throw() =>
        Gen.Select(Types, Shards.Array[0, 30]).Sample((type, shards) => AssertOutcome(type, [.. shards.SelectMany(shard => shard)]), iter: 20_000);

    [Fact]
    public void Mutated_replies_never_throw() =>
        Gen.Select(Names, Gen.Select(Gen.Int[0, 4_000], Gen.Byte, Gen.Int[0, 2]).Array[1, 6]).Sample(
            (name, mutations) =>
            {
                var json = Encoding.UTF8.GetBytes(Replies.ReturnOf(name)).ToList();
                foreach (var (place, value, kind) in mutations)
                    Mutate(json, place, value, kind);
                AssertOutcome(Replies.CommandOf(name).Returns, [.. json]);
            },
            iter: 20_000);

    [Fact]
    public void Replies_of_one_command_never_throw_for_another() =>
        Gen.Select(Names, Types).Sample((name, type) => AssertOutcome(type, Encoding.UTF8.GetBytes(Replies.ReturnOf(name))), iter: 5_000);

    private static void Mutate(List<byte> json, int place, byte value, int kind)
    {
        if (json.Count == 0)
            return;
        place %= json.Count;
        switch (kind)
        {
            case 0:
                json[place] = value;
                break;
            case 1:
                json.RemoveAt(place);
                break;
            default:
                json.Insert(place, value);
                break;
        }
    }

    /// <summary>Either a violation, or strict JSON that is its own re-marshalling.</summary>
    private static void AssertOutcome(QapiType? type, byte[] json)
    {
        AssertStable(Transcoded.Reply(type, json), again => Transcoded.Reply(type, again));
        AssertStable(Transcoded.Normalize(json, QapiLimits.Guest), again => Transcoded.Normalize(again, QapiLimits.Guest));
    }

    private static void AssertStable(Transcoded result, Func<string, Transcoded> decode)
    {
        Assert.True(result.Json is null ^ result.Violation is null);
        if (result.Json is null)
            return;
        using var parsed = JsonDocument.Parse(result.Json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        Assert.Equal(result.Json, decode(result.Json).Json);
    }
}
