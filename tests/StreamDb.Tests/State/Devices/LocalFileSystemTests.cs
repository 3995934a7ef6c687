using StreamDb.Core.Errors;
using StreamDb.State;
using StreamDb.State.Devices;
using Xunit;

namespace StreamDb.Tests.State.Devices;

/// <summary>The machine's errors arrive as the SQLSTATEs that clients act on.</summary>
public sealed class LocalFileSystemTests
{
    [Fact]
    public void A_full_device_is_53100()
    {
        using IFile full = LocalFileSystem.Instance.Open("/dev/full", create: false);
        IOException error = Assert.ThrowsAny<IOException>(() => full.Write(0, new byte[512]));
        Assert.Equal(SqlState.DiskFull, IoFailure.ToSqlException(error).State);
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_58030()
    {
        SqlException error = Assert.Throws<SqlException>(() => DataDirectory.Open("/proc/streamdb/data").Dispose());
        Assert.Equal(SqlState.IoError, error.State);
    }

    [Fact]
    public void A_file_reads_back_what_was_written_at_its_offsets()
    {
        string directory = Directory.CreateTempSubdirectory("streamdb-files-").FullName;
        try
        {
            string path = Path.Combine(directory, "a");
            using (IFile file = LocalFileSystem.Instance.Open(path, create: true))
            {
                file.Write(10, "later"u8);
                file.Write(0, "first"u8);
                file.Sync();
                byte[] read = new byte[100];
                Assert.Equal(15, file.Read(0, read));
                Assert.Equal("first\0\0\0\0\0later"u8, read.AsSpan(0, 15));
                file.SetLength(5);
                Assert.Equal(5, file.Length);
            }

            LocalFileSystem.Instance.Rename(path, path + "b");
            LocalFileSystem.Instance.SyncDirectory(directory);
            Assert.Equal(["ab"], LocalFileSystem.Instance.ListFiles(directory));
            Assert.Throws<FileNotFoundException>(() => LocalFileSystem.Instance.Open(path, create: false));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
