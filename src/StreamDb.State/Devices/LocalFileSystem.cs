using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace StreamDb.State.Devices;

/// <summary>The machine's files, through POSIX calls.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    public static LocalFileSystem Instance { get; } = new();

    public void CreateDirectory(string directory) => Run(() => Directory.CreateDirectory(directory));

    public bool DirectoryExists(string directory) => Directory.Exists(directory);

    public bool FileExists(string path) => File.Exists(path);

    public IReadOnlyList<string> ListFiles(string directory)
    {
        string[] names = Run(() => Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).ToArray());
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    public IFile Open(string path, bool create) =>
        new LocalFile(path, Run(() => File.OpenHandle(
            path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)));

    public IMappedFile Map(string path)
    {
        using SafeFileHandle handle = Run(() => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        long length = RandomAccess.GetLength(handle);
        if (length == 0)
        {
            return new Mapping(0, 0);
        }

        nint address = Posix.Map(0, (nint)length, Posix.ProtectionRead, Posix.MapShared, handle, 0);
        return address == -1 ? throw Posix.LastError("mmap", path) : new Mapping(address, length);
    }

    public void Rename(string source, string target) => Run(() =>
    {
        File.Move(source, target, overwrite: true);
        return true;
    });

    public void Delete(string path) => Run(() =>
    {
        File.Delete(path);
        return true;
    });

    public void SyncDirectory(string directory)
    {
        int descriptor = Posix.Open(directory, Posix.OpenDirectory | Posix.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Posix.LastError("open", directory);
        }

        try
        {
            if (Posix.Sync(descriptor) != 0)
            {
                throw Posix.LastError("fsync", directory);
            }
        }
        finally
        {
            _ = Posix.Close(descriptor);
        }
    }

    public IDisposable? TryLock(string path, out string holder)
    {
        // Not through FileStream: .NET would take its own lock on opening and could not read the holder's id.
        holder = "";
        int descriptor = Posix.Open(path, Posix.OpenReadWrite | Posix.OpenCreate | Posix.OpenCloseOnExec, 0x1A4 /* 0644 */);
        if (descriptor < 0)
        {
            throw Posix.LastError("open", path);
        }

        if (Posix.Lock(descriptor, Posix.LockExclusiveNonBlocking) != 0)
        {
            bool held = Marshal.GetLastPInvokeError() == Posix.WouldBlock;
            IOException error = Posix.LastError("flock", path);
            Span<byte> text = stackalloc byte[32];
            nint length = Posix.Read(descriptor, text, text.Length, 0);
            holder = length > 0 ? Encoding.ASCII.GetString(text[..(int)length]).Trim() : "";
            _ = Posix.Close(descriptor);
            return held ? null : throw error;
        }

        byte[] id = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        if (Posix.Truncate(descriptor, 0) != 0 || Posix.Write(descriptor, id, id.Length, 0) != id.Length)
        {
            IOException error = Posix.LastError("write", path);
            _ = Posix.Close(descriptor);
            throw error;
        }

        return new FileLock(descriptor);
    }

    // .NET reports a lack of permission by an exception that is no IOException.
    private static T Run<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    private sealed class Mapping(nint address, long length) : IMappedFile
    {
        private nint _address = address;

        public nint Address => _address;

        public long Length => length;

        public void Evict()
        {
            if (_address != 0)
            {
                // Advice: without it the memory is the kernel's to take back all the same.
                _ = Posix.Advise(_address, (nint)length, Posix.AdviseDontNeed);
            }
        }

        public void Dispose()
        {
            nint mapped = Interlocked.Exchange(ref _address, 0);
            if (mapped != 0)
            {
                _ = Posix.Unmap(mapped, (nint)length);
            }
        }
    }

    private sealed class FileLock(int descriptor) : IDisposable
    {
        private int _descriptor = descriptor;

        public void Dispose()
        {
            int descriptor = Interlocked.Exchange(ref _descriptor, -1);
            if (descriptor >= 0)
            {
                _ = Posix.Close(descriptor);
            }
        }
    }

    private sealed class LocalFile(string path, SafeFileHandle handle) : IFile
    {
        public string Path => path;

        public long Length => RandomAccess.GetLength(handle);

        public bool HasName => Posix.LinkCount(handle, path) > 0;

        public int Read(long offset, Span<byte> target)
        {
            int total = 0;
            while (total < target.Length)
            {
                int read = RandomAccess.Read(handle, target[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(long offset, ReadOnlySpan<byte> source) => RandomAccess.Write(handle, source, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync()
        {
            if (Posix.SyncData(handle) != 0)
            {
                throw Posix.LastError("fdatasync", path);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
