using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Configuration;

public sealed class MigrationConfigTests
{
    [Fact]
    public void Nothing_is_started_unless_told_and_four_go_on_at_a_time()
    {
        var config = Parse("").Migration;

        Assert.Equal((0, null, 4), (config.Start.Count, config.Uri, config.Concurrency));
    }

    [Fact]
    public void Program_is_read_with_its_arguments() =>
        Assert.Equal(["/bin/start", "{name}"], Parse("migration: { start: [/bin/start, '{name}'] }").Migration.Start);

    [Theory]
    [InlineData("migration: { concurrency: 0 }", "'concurrency' of 'migration' is 0")]
    [InlineData("migration: { start: [start-vm] }", "begins with 'start-vm': write the program's absolute path")]
    [InlineData("migration: { start: [/bin/x, ''] }", "has an empty argument")]
    public void What_is_wrong_is_an_error_that_names_file_and_setting(string text, string message)
    {
        var error = Assert.Throws<ServeException>(() => Parse(text));

        Assert.StartsWith("o.yaml: ", error.Message);
        Assert.Contains(message, error.Message);
    }

    private static NodeConfig Parse(string text) => NodeConfigFile.Parse(new StringReader(text), "o.yaml");
}
