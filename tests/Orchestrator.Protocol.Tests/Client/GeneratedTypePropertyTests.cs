using System.Buffers;
using System.Text;
using CsCheck;
using Orchestrator.Protocol.Client;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Tests.Qapi;

namespace Orchestrator.Protocol.Tests.Client;

/// <summary>Generated code and the strict decoder agree on every type of the schemas.</summary>
public class GeneratedTypePropertyTests
{
    private const int ValuesOfEach = 40;

    public static TheoryData<string> Names => [.. GeneratedTypes.All.Select(type => type.Clr.FullName!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_value_is_read_written_and_accepted_strictly_without_a_change(string name)
    {
        var (type, clr) = Find(name);

        ValuesOfType.Of(type).Sample(json =>
        {
            var value = Encoding.UTF8.GetBytes(json);
            var written = GeneratedTypes.ReadAndWrite(clr, value);
            var remarshalled = new ArrayBufferWriter<byte>();
            Assert.True(QapiReply.TryRemarshal(type, written, remarshalled, QapiLimits.Guest, out var violation), $"{violation}: {Encoding.UTF8.GetString(written)}");
            Assert.True(GeneratedTypes.Same(value, written), $"{json} became {Encoding.UTF8.GetString(written)}");
            Assert.True(GeneratedTypes.Same(value, remarshalled.WrittenSpan));
        }, iter: ValuesOfEach, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Damaged_bytes_are_read_or_refused_and_nothing_else(string name)
    {
        var (type, clr) = Find(name);
        var damaged = Gen.Select(ValuesOfType.Of(type).Select(Encoding.UTF8.GetBytes), Gen.Int[0, 1000], Gen.Byte, (json, at, value) =>
        {
            json[at % json.Length] = value;
            return json;
        });

        Gen.OneOf(damaged, Gen.Byte.Array[0, 40]).Sample(bytes =>
        {
            try
            {
                GeneratedTypes.Read(clr, bytes);
            }
            catch (QapiReadException)
            {
                // The one way to refuse.
            }
        }, iter: ValuesOfEach, threads: 1);
    }

    private static (QapiType Type, Type Clr) Find(string name) => GeneratedTypes.All.Single(type => type.Clr.FullName == name);
}
