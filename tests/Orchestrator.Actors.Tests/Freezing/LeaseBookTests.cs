using Orchestrator.Actors.Freezing;
using static Orchestrator.Actors.Tests.Freezing.LeaseSamples;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class LeaseBookTests
{
    private readonly MemoryLeases _store = new();

    [Fact]
    public async Task A_lease_is_in_the_book_when_it_is_on_disk_and_not_before()
    {
        var disk = new TaskCompletionSource();
        _store.Disk = disk.Task;
        var book = await LeaseBook.OpenAsync(_store);

        var put = book.PutAsync(Lease());
        Assert.Null(book.Of("host1", "web1"));
        disk.SetResult();
        await put;

        Assert.Equal(Lease(), book.Of("host1", "web1"));
        Assert.Null(book.Of("host2", "web1"));
    }

    [Fact]
    public async Task A_lease_that_is_forgotten_while_it_is_written_does_not_come_back()
    {
        var book = await LeaseBook.OpenAsync(_store);
        await book.PutAsync(Lease());
        var disk = new TaskCompletionSource();
        _store.Disk = disk.Task;
        var extended = book.PutAsync(Lease() with { Ttl = TimeSpan.FromHours(1) });
        var forgotten = book.RemoveAsync(Lease());
        disk.SetResult();
        await Task.WhenAll(extended, forgotten);

        Assert.Empty(book.All);

        _store.Disk = Task.CompletedTask;
        await book.PutAsync(Lease());
        Assert.Single(book.All);
    }

    [Fact]
    public async Task A_lease_that_cannot_be_written_is_not_in_the_book()
    {
        _store.IsBroken = true;
        var book = await LeaseBook.OpenAsync(_store);

        await Assert.ThrowsAsync<LeaseStoreException>(() => book.PutAsync(Lease()));

        Assert.Empty(book.All);
    }

    [Fact]
    public async Task A_book_that_is_opened_anew_has_what_was_left()
    {
        var book = await LeaseBook.OpenAsync(_store);
        await book.PutAsync(Lease("b", "web2"));
        await book.PutAsync(Lease("a", "web1"));
        await book.PutAsync(Lease("c", "web3"));
        await book.RemoveAsync(Lease("c", "web3"));

        Assert.Equal(["web1", "web2"], (await LeaseBook.OpenAsync(_store)).All.Select(lease => lease.Vm));
    }

    [Fact]
    public async Task Forgetting_an_earlier_lease_leaves_the_present_one()
    {
        var book = await LeaseBook.OpenAsync(_store);
        await book.PutAsync(Lease("new"));

        await book.RemoveAsync(Lease("old"));

        Assert.Equal("new", book.Of("host1", "web1")?.Id);
    }

    [Fact]
    public async Task A_book_in_memory_keeps_what_it_is_given()
    {
        var book = LeaseBook.InMemory();
        await book.PutAsync(Lease());
        Assert.Single(book.All);
        await book.RemoveAsync(Lease());
        Assert.Empty(book.All);
    }
}
