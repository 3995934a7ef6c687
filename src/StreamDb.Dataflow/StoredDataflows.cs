using System.Text;
using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Segments;

namespace StreamDb.Dataflow;

/// <summary>The dataflows of a checkpoint whose keyed state it has, as <see cref="EngineImage"/> wrote them. Immutable.</summary>
public sealed class StoredDataflows
{
    private const int Version = 1;

    private readonly Dictionary<string, StoredDataflow> _dataflows;

    private StoredDataflows(Dictionary<string, StoredDataflow> dataflows)
    {
        _dataflows = dataflows;
    }

    public static StoredDataflows None { get; } = new([]);

    public IEnumerable<StoredDataflow> All => _dataflows.Values;

    /// <summary>The base of the space that they were in; null when there are none.</summary>
    public ulong? SpaceBase => _dataflows.Values.SelectMany(dataflow => dataflow.Arenas).FirstOrDefault()?.SpaceBase;

    /// <param name="section">What <see cref="EngineImage.Write"/> gave; the manifest guards it.</param>
    /// <param name="files">The checkpoint's segment files by name; needed until everything is restored.</param>
    /// <exception cref="SqlException">0A000: a newer format.</exception>
    public static StoredDataflows Read(ReadOnlyMemory<byte> section, IReadOnlyDictionary<string, SegmentFile> files)
    {
        using BinaryReader input = new(new MemoryStream(section.ToArray()), Encoding.UTF8);
        int version = input.ReadInt32();
        if (version != Version)
        {
            throw new SqlException(
                SqlState.FeatureNotSupported, $"the keyed state of the checkpoint has format {version}, this program reads format {Version}");
        }

        IReadOnlyList<StoredArena> arenas = StoredArenas.Read(input);
        int arena = 0;
        var dataflows = new Dictionary<string, StoredDataflow>();
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            string name = input.ReadString();
            string fingerprint = input.ReadString();
            var roots = new byte[input.ReadInt32()][];
            for (int worker = 0; worker < roots.Length; worker++)
            {
                roots[worker] = input.ReadBytes(input.ReadInt32());
            }

            dataflows.Add(name, new StoredDataflow(name, fingerprint, roots, [.. arenas.Skip(arena).Take(roots.Length)], files));
            arena += roots.Length;
        }

        return new StoredDataflows(dataflows);
    }

    /// <summary>A dataflow of the checkpoint; null when it has not its state.</summary>
    public StoredDataflow? Find(string name) => _dataflows.GetValueOrDefault(name);

    /// <param name="arenas">Of all workers of the first dataflow, then of the second, and so on.</param>
    internal static byte[] Write(IReadOnlyList<DataflowImage> dataflows, IReadOnlyList<StoredArena> arenas)
    {
        using MemoryStream stream = new();
        using BinaryWriter output = new(stream, Encoding.UTF8);
        output.Write(Version);
        StoredArenas.Write(output, arenas);
        output.Write(dataflows.Count);
        foreach (DataflowImage dataflow in dataflows)
        {
            output.Write(dataflow.Name);
            output.Write(dataflow.Fingerprint);
            output.Write(dataflow.Workers.Count);
            foreach (WorkerImage worker in dataflow.Workers)
            {
                output.Write(worker.Roots.Length);
                output.Write(worker.Roots);
            }
        }

        output.Flush();
        return stream.ToArray();
    }
}
