using System.Runtime.InteropServices;

namespace StreamDb.State.Devices;

/// <summary>The system calls .NET does not offer: fdatasync, syncing a directory, a lock that names its holder, mapping a file, counting its names, dying at once.</summary>
internal static partial class Posix
{
    public const int OpenReadWrite = 0x2;
    public const int OpenCreate = 0x40;
    public const int OpenDirectory = 0x10000;
    public const int OpenCloseOnExec = 0x80000;
    public const int LockExclusiveNonBlocking = 2 | 4;
    public const int WouldBlock = 11;
    public const int ProtectionNone = 0;
    public const int ProtectionRead = 1;
    public const int ProtectionWrite = 2;
    public const int MapShared = 1;
    public const int MapPrivate = 2;
    public const int MapFixed = 0x10;
    public const int MapAnonymous = 0x20;
    public const int MapNoReserve = 0x4000;
    public const int MapFixedNoReplace = 0x100000;
    public const int AdviseRandom = 1;
    public const int AdviseWillNeed = 3;
    public const int AdviseDontNeed = 4;
    public const int AdviseHugePage = 14;
    public const int AdvisePageOut = 21;
    public const int SignalKill = 9;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint Read(int descriptor, Span<byte> target, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> source, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nint length, int protection, int flags, SafeHandle descriptor, long offset);

    /// <summary>Maps memory; <paramref name="descriptor"/> is -1 for memory without a file.</summary>
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(nint address, nint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    /// <summary>How many names a file has.</summary>
    public static int LinkCount(SafeHandle descriptor, string path)
    {
        const int emptyPath = 0x1000;
        const uint linkCountMask = 4;
        const int linkCountOffset = 16;
        Span<byte> status = stackalloc byte[256];
        return Status(descriptor, "", emptyPath, linkCountMask, status) == 0
            ? BitConverter.ToInt32(status[linkCountOffset..])
            : throw LastError("statx", path);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(SafeHandle directory, string path, int flags, uint mask, Span<byte> status);

    /// <summary>The last call's error; its HResult is the errno.</summary>
    public static IOException LastError(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of \"{path}\" failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }
}
