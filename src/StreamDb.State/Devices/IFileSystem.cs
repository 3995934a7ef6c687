namespace StreamDb.State.Devices;

/// <summary>
/// The few file operations that durable state needs, so that tests can fail, tear and forget them one by one.
/// </summary>
/// <remarks>
/// Everything this project writes goes through here. Failures are <see cref="IOException"/>s whose HResult is the
/// errno where there is one (see <see cref="IoFailure"/>). A name is durable only after
/// <see cref="SyncDirectory"/> of its directory; bytes are durable only after <see cref="IFile.Sync"/>.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Creates the directory and its parents; no error when it exists.</summary>
    void CreateDirectory(string directory);

    bool DirectoryExists(string directory);

    bool FileExists(string path);

    /// <summary>Names (without directory) of the files in <paramref name="directory"/>, sorted ordinally.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>Opens for reading and writing.</summary>
    /// <exception cref="FileNotFoundException">It does not exist and <paramref name="create"/> is false.</exception>
    IFile Open(string path, bool create);

    /// <summary>Makes the whole content of a file readable in memory; read from disk as it is touched.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    IMappedFile Map(string path);

    /// <summary>Atomically replaces <paramref name="target"/>.</summary>
    void Rename(string source, string target);

    /// <summary>No error when the file does not exist.</summary>
    void Delete(string path);

    /// <summary>Makes the creations, renames and deletions in <paramref name="directory"/> durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>
    /// Takes the exclusive lock that dies with the process; the lock file then holds this process's id.
    /// </summary>
    /// <param name="holder">On failure: what the holder wrote into the file, its process id.</param>
    /// <returns>The lock, or null when another process (or another owner in this one) holds it.</returns>
    IDisposable? TryLock(string path, out string holder);
}

/// <summary>An open file addressed by offset. Reads and writes at different offsets may run concurrently.</summary>
public interface IFile : IDisposable
{
    string Path { get; }

    long Length { get; }

    /// <summary>False once no directory lists the file any more: what is written then is gone with the last handle.</summary>
    /// <exception cref="IOException">It cannot be told.</exception>
    bool HasName { get; }

    /// <summary>Reads until <paramref name="target"/> is full or the file ends.</summary>
    /// <returns>Bytes read; fewer than asked only at the end of the file.</returns>
    int Read(long offset, Span<byte> target);

    /// <summary>Writes everything or throws; after a throw the range may hold any mixture of old and new.</summary>
    void Write(long offset, ReadOnlySpan<byte> source);

    void SetLength(long length);

    /// <summary>
    /// Makes all bytes written so far durable, with the metadata needed to read them back (fdatasync). After a throw
    /// the unsynced bytes must be taken as lost: the kernel may have dropped them and will not say so twice.
    /// </summary>
    void Sync();
}

/// <summary>The content of a file in memory, read-only, until it is disposed; deleting the file's name does not end it.</summary>
public interface IMappedFile : IDisposable
{
    /// <summary>Where the content begins, aligned to at least 64 bytes.</summary>
    nint Address { get; }

    long Length { get; }

    /// <summary>Lets go of the memory that reading has filled; what is read again is fetched again.</summary>
    void Evict();
}
