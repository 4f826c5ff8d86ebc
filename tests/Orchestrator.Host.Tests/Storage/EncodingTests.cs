using CsCheck;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class EncodingTests
{
    [Fact]
    public void Any_ordinals_come_back_as_a_set() =>
        Gen.Int[0, 20_000].Array[0, 300].Sample(ordinals => Assert.Equal(ordinals.Distinct().Order(), OrdinalRanges.Read(OrdinalRanges.Write(ordinals))));

    [Fact]
    public void A_whole_batch_is_a_few_bytes() => Assert.True(OrdinalRanges.Write([.. Enumerable.Range(9_000, 256)]).Length <= 4);

    [Fact]
    public void Any_targets_come_back_in_their_order() =>
        Gen.Int[0, 500].Sample(count =>
        {
            var targets = Samples.Job(1, count).Targets;
            Assert.Equal(targets, TargetList.Read(TargetList.Write(targets)));
        });

    [Fact]
    public void Targets_of_an_unknown_version_are_refused() => Assert.Throws<InvalidDataException>(() => TargetList.Read([9]));
}
