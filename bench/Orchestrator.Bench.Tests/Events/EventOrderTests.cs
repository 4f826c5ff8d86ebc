using Orchestrator.Bench.Events.Subscribers;

namespace Orchestrator.Bench.Tests.Events;

public class EventOrderTests
{
    [Fact]
    public void Every_vm_has_an_order_of_its_own_that_goes_on_where_it_was()
    {
        var order = new EventOrder(vms: 2, before: 10);

        foreach (var (vm, number) in (ReadOnlySpan<(int, long)>)[(1, 11), (2, 11), (2, 12), (1, 12), (2, 13)])
            order.Take(new EventLine(vm, number, 0));

        Assert.Equal(5, order.Count);
    }

    [Theory]
    [InlineData(1, 13)]
    [InlineData(1, 11)]
    [InlineData(1, 10)]
    [InlineData(2, 12)]
    [InlineData(0, 1)]
    [InlineData(3, 11)]
    public void What_is_lost_doubled_out_of_order_or_of_no_vm_ends_the_benchmark(int vm, long number)
    {
        var order = new EventOrder(vms: 2, before: 10);
        order.Take(new EventLine(1, 11, 0));

        Assert.Throws<BenchException>(() => order.Take(new EventLine(vm, number, 0)));

        Assert.Equal(1, order.Count);
    }

    [Fact]
    public void What_the_server_says_is_missing_may_be_missing_but_no_more()
    {
        var order = new EventOrder(vms: 2, before: 0);
        order.Take(new EventLine(1, 1, 0));
        order.Take(new EventLine(0, 0, 0, Missing: 3));
        order.Take(new EventLine(1, 4, 0));
        order.Take(new EventLine(2, 2, 0));

        Assert.Equal((6, 3), (order.Count, order.Lost));
        Assert.Throws<BenchException>(() => order.Take(new EventLine(1, 6, 0)));
    }
}
