using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>A certificate and its key as new files: whole or not there at all, never in the place of others, and with their modes from the beginning.</summary>
internal static class NewFiles
{
    private const int AlreadyThere = 17;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PrivateDirectory = Private | UnixFileMode.UserExecute;

    /// <summary>Writes <c>NAME.crt</c> (0644) and <c>NAME.key</c> (0600). A directory that is not there yet is made with mode 0700.</summary>
    /// <returns>The paths of both.</returns>
    /// <exception cref="CertificateException">One of them is there already, or cannot be written; then neither was written.</exception>
    public static (string Certificate, string Key) Write(string directory, string name, string certificate, string key)
    {
        var (certificatePath, keyPath) = (Path.Combine(directory, name + ".crt"), Path.Combine(directory, name + ".key"));
        try
        {
            Directory.CreateDirectory(directory, PrivateDirectory);
            foreach (var path in (string[])[certificatePath, keyPath])
            {
                if (Path.Exists(path))
                    throw Taken(path);
            }
            Write(keyPath, key, Private);
            try
            {
                Write(certificatePath, certificate, Public);
            }
            catch
            {
                File.Delete(keyPath);
                throw;
            }
            DirectorySync.Flush(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"cannot write to {directory}: {error.Message}");
        }
        return (certificatePath, keyPath);
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var partial = $"{path}.{Path.GetRandomFileName()}.part";
        try
        {
            using (var file = new FileStream(partial, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
            {
                file.Write(Encoding.ASCII.GetBytes(text));
                file.Flush(flushToDisk: true);
            }
            // Unlike a rename, a link never takes the place of a file that somebody else has just made.
            if (link(partial, path) != 0)
                throw Marshal.GetLastPInvokeError() == AlreadyThere ? Taken(path) : new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int link(string from, string to);

    private static CertificateException Taken(string path) => new($"{path} is there already, and is not overwritten: choose another directory, or move the old files away if nothing needs them");
}
