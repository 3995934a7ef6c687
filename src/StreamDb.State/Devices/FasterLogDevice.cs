using FASTER.core;

namespace StreamDb.State.Devices;

/// <summary>
/// The files under a FasterLog: segment n of the log is one file. Writes are done on the calling thread and are not
/// durable until <see cref="Sync"/>, so that one fdatasync serves a whole commit group.
/// </summary>
/// <remarks>
/// After the first failed write or sync the device stays failed: it refuses every later call, because nobody knows
/// what of the unsynced bytes has reached the disk. FASTER sees zeros beyond the end of a file, as in a fresh page.
/// </remarks>
internal sealed class FasterLogDevice(IFileSystem files, LogFiles layout)
    : StorageDeviceBase(layout.Directory, SectorBytes, FASTER.core.Devices.CAPACITY_UNSPECIFIED)
{
    /// <summary>The unit FASTER aligns writes to, and the one a disk writes whole or not at all.</summary>
    public const int SectorBytes = 512;

    private const uint FailedCode = 5;

    private readonly Dictionary<int, IFile> _open = [];
    private readonly HashSet<int> _dirty = [];
    private readonly Lock _lock = new();
    private bool _directoryDirty;
    private Exception? _failure;

    /// <summary>The first error, or null while the device works.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Makes every write whose callback has run durable.</summary>
    public void Sync()
    {
        List<IFile> dirty = [];
        bool directoryDirty;
        lock (_lock)
        {
            foreach (int segment in _dirty)
            {
                dirty.Add(_open[segment]);
            }

            _dirty.Clear();
            directoryDirty = _directoryDirty;
            _directoryDirty = false;
        }

        try
        {
            ThrowIfFailed();
            foreach (IFile file in dirty)
            {
                file.Sync();
                if (!file.HasName)
                {
                    // Synced into a file that ends with this process.
                    throw IoFailure.Vanished(file.Path);
                }
            }

            if (directoryDirty)
            {
                files.SyncDirectory(layout.Directory);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
            throw;
        }
    }

    public override unsafe void WriteAsync(
        IntPtr sourceAddress,
        int segmentId,
        ulong destinationAddress,
        uint numBytesToWrite,
        DeviceIOCompletionCallback callback,
        object context)
    {
        try
        {
            ThrowIfFailed();
            OpenForWriting(segmentId).Write(
                (long)destinationAddress, new ReadOnlySpan<byte>((void*)sourceAddress, (int)numBytesToWrite));
            lock (_lock)
            {
                // After the write: a sync that started in between has not covered it.
                _dirty.Add(segmentId);
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
            callback(FailedCode, 0, context);
            return;
        }

        callback(0, numBytesToWrite, context);
    }

    public override unsafe void ReadAsync(
        int segmentId,
        ulong sourceAddress,
        IntPtr destinationAddress,
        uint readLength,
        DeviceIOCompletionCallback callback,
        object context)
    {
        Span<byte> target = new((void*)destinationAddress, (int)readLength);
        try
        {
            IFile? file = OpenForReading(segmentId);
            int read = file is null ? 0 : file.Read((long)sourceAddress, target);
            target[read..].Clear();
        }
        catch (Exception exception)
        {
            Fail(exception);
            callback(FailedCode, 0, context);
            return;
        }

        callback(0, readLength, context);
    }

    public override void RemoveSegmentAsync(int segment, AsyncCallback callback, IAsyncResult result)
    {
        lock (_lock)
        {
            if (_open.Remove(segment, out IFile? file))
            {
                file.Dispose();
            }

            _dirty.Remove(segment);
        }

        files.Delete(layout.PathOf(segment));
        callback(result);
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            foreach (IFile file in _open.Values)
            {
                file.Dispose();
            }

            _open.Clear();
        }
    }

    private void ThrowIfFailed()
    {
        if (Failure is { } failure)
        {
            throw new IOException(failure.Message, failure) { HResult = failure.HResult };
        }
    }

    private void Fail(Exception exception) => Interlocked.CompareExchange(ref _failure, exception, null);

    private IFile OpenForWriting(int segment)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(segment, out IFile? file))
            {
                string path = layout.PathOf(segment);
                _directoryDirty |= !files.FileExists(path);
                file = files.Open(path, create: true);
                _open.Add(segment, file);
            }

            return file;
        }
    }

    private IFile? OpenForReading(int segment)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(segment, out IFile? file) && files.FileExists(layout.PathOf(segment)))
            {
                file = files.Open(layout.PathOf(segment), create: false);
                _open.Add(segment, file);
            }

            return file;
        }
    }
}
