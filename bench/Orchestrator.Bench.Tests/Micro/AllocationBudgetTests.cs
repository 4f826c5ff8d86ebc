using Orchestrator.Bench.Micro;
using Orchestrator.Bench.Micro.Budgets;
using Orchestrator.Bench.Micro.Results;

namespace Orchestrator.Bench.Tests.Micro;

public sealed class AllocationBudgetTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Row_that_allocates_more_is_named_with_both_numbers()
    {
        var budget = Budget("""{ "Session.Ping": 64, "Peek.Ping": 0 }""");

        var violation = Assert.Single(budget.Violations([budget.Of(Row("Session.Ping", 65)), budget.Of(Row("Peek.Ping", 0))], isWhole: true));

        Assert.Contains("Session.Ping allocates 65 bytes, and its budget is 64", violation);
        Assert.Contains(_file, violation);
    }

    [Fact]
    public void Row_without_a_budget_may_allocate_anything()
    {
        var budget = Budget("""{ "Session.Ping": 64 }""");
        var free = budget.Of(Row("Folding.Alike", 1 << 30));

        Assert.Null(free.BudgetBytes);
        Assert.Empty(budget.Violations([budget.Of(Row("Session.Ping", 64)), free], isWhole: true));
    }

    [Fact]
    public void Budget_of_no_benchmark_is_wrong_unless_only_some_were_measured()
    {
        var budget = Budget("""{ "Session.Pong": 64 }""");

        Assert.Contains("Session.Pong, which is no benchmark", Assert.Single(budget.Violations([], isWhole: true)));
        Assert.Empty(budget.Violations([], isWhole: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{ "Session.Ping": "much" }""")]
    [InlineData("""{ "Session.Ping": -1 }""")]
    [InlineData("""{ "Session.Ping": 1, "Session.Ping": 2 }""")]
    public void File_that_is_no_budget_is_told(string text) => Assert.Contains(_file, Assert.Throws<BenchException>(() => Budget(text)).Message);

    [Fact]
    public void File_that_is_not_there_is_told() =>
        Assert.Contains("/nonexistent", Assert.Throws<BenchException>(() => AllocationBudget.Read("/nonexistent/budget.json")).Message);

    [Fact]
    public void Kept_budget_has_benchmarks_only_and_the_whole_hot_way()
    {
        var budget = AllocationBudget.Read(new MicroOptions().Budget);
        MicroRow[] rows = [.. MicroSuite.Names().Select(name => budget.Of(Row(name, 0)))];

        Assert.Empty(budget.Violations(rows, isWhole: true));
        Assert.Equal(
            ["Frames.Small", "Peek.Ping", "Session.Ping", "Outcomes.Success", "Outcomes.Line", "Encode.Vm", "Job.Command"],
            rows.Where(row => row.BudgetBytes is not null).Select(row => row.Name).Intersect(["Frames.Small", "Peek.Ping", "Session.Ping", "Outcomes.Success", "Outcomes.Line", "Encode.Vm", "Job.Command"]));
    }

    private static MicroRow Row(string name, long bytes) => new(name, 1, 0, bytes, null);

    private AllocationBudget Budget(string text)
    {
        File.WriteAllText(_file, text);
        return AllocationBudget.Read(_file);
    }
}
