using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StreamDb.Core.Errors;
using StreamDb.State.Devices;

namespace StreamDb.State.Spaces;

/// <summary>The file behind a state space that may be larger than memory. It has no name, so that it ends with the process.</summary>
/// <remarks>
/// Not through <see cref="IFileSystem"/>: it is memory and never read by another process, and nothing durable depends on it.
/// Its blocks are reserved before they are mapped, since a full disk would otherwise show as a signal that ends the process.
/// </remarks>
internal sealed partial class SpillFile : IDisposable
{
    private const int WillNeed = 3;

    private readonly SafeFileHandle _file;
    private readonly string _directory;

    private SpillFile(SafeFileHandle file, string directory)
    {
        _file = file;
        _directory = directory;
    }

    public SafeHandle Handle => _file;

    /// <exception cref="SqlException">53100, 58030.</exception>
    public static SpillFile Create(string directory)
    {
        string path = Path.Combine(directory, "spill");
        try
        {
            SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            File.Delete(path);
            return new SpillFile(file, directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw IoFailure.ToSqlException(exception);
        }
    }

    /// <summary>Makes sure that a part can be written.</summary>
    /// <exception cref="SqlException">53100: the disk is full. 58030.</exception>
    public void Reserve(long offset, long bytes)
    {
        if (Allocate(_file, 0, offset, bytes) != 0)
        {
            throw IoFailure.ToSqlException(Posix.LastError("fallocate", Path.Combine(_directory, "spill")));
        }
    }

    /// <summary>Asks for a part without waiting for it. Any thread.</summary>
    public void Fetch(long offset, long bytes) => _ = Advise(_file, offset, bytes, WillNeed);

    /// <summary>Writes what changed of a part, and waits until it is written, so that the kernel can take its memory. Any thread.</summary>
    /// <remarks>Nobody reads the file after the process ends, so its size and where it lies need not be safe; a failed write is tried again by the kernel.</remarks>
    public void Write(long offset, long bytes)
    {
        const uint waitBefore = 1;
        const uint write = 2;
        const uint waitAfter = 4;
        _ = SyncRange(_file, offset, bytes, waitBefore | write | waitAfter);
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeHandle file, int mode, long offset, long bytes);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int SyncRange(SafeHandle file, long offset, long bytes, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeHandle file, long offset, long bytes, int advice);
}
