namespace Orchestrator.Host.Cli.Copies;

/// <summary>A local file that has its name only when it is whole: until it is kept it has another, and without it nothing is left.</summary>
internal sealed class PartialFile : IAsyncDisposable, IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _file;

    /// <exception cref="CliException">It cannot be made there.</exception>
    public PartialFile(string path)
    {
        _path = path;
        _partial = $"{path}.{Path.GetRandomFileName()}.part";
        try
        {
            _file = new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, useAsync: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Error, $"cannot write '{path}': {error.Message}");
        }
    }

    public Stream Stream => _file;

    /// <summary>Gives it its name, in the place of whatever has it.</summary>
    public async Task KeepAsync()
    {
        await _file.DisposeAsync();
        File.Move(_partial, _path, overwrite: true);
    }

    /// <inheritdoc cref="KeepAsync"/>
    public void Keep()
    {
        _file.Dispose();
        File.Move(_partial, _path, overwrite: true);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_partial);
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        File.Delete(_partial);
    }
}
