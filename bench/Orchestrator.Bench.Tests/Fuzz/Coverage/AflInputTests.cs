using Orchestrator.Bench.Fuzz;
using Orchestrator.Bench.Fuzz.Coverage;

namespace Orchestrator.Bench.Tests.Fuzz.Coverage;

public sealed class AflInputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Every_seed_is_a_file_of_its_own()
    {
        var directory = Path.Combine(_directory, "seeds");

        AflInput.WriteSeeds(new Fixed([[1, 2], [], [255]], []), directory);

        Assert.Equal([[1, 2], [], [255]], Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
    }

    [Fact]
    public void Words_are_written_so_that_no_byte_means_something_in_the_dictionary() =>
        Assert.Equal("\"\\x22\\x5C\"\n\"\\xFF\\x0A\"\n", AflInput.Dictionary(new Fixed([], ["\"\\"u8.ToArray(), [255, 10]])));

    [Fact]
    public void Words_that_are_no_words_to_afl_are_left_out() =>
        Assert.Equal("\"\\x61\"\n", AflInput.Dictionary(new Fixed([], [[], new byte[129], "a"u8.ToArray()])));

    private sealed class Fixed(IReadOnlyList<byte[]> seeds, IReadOnlyList<byte[]> words) : IFuzzTarget
    {
        public string Name => "fixed";

        public IReadOnlyList<byte[]> Seeds => seeds;

        public IReadOnlyList<byte[]> Words => words;

        public string Try(byte[] input) => "";
    }
}
