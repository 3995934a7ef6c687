using System.Collections.Immutable;
using System.Text;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Physical;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>The bytes of a <see cref="DatabaseState"/>. The manifest guards them; the version guards their meaning.</summary>
/// <remarks>
/// Kinds of items and types are written by name, so that adding one changes no number. A new property of an item raises the
/// version, and older checkpoints are read without it. 1: the first. 2: a table's version columns.
/// 3: row errors of views. 4: sizes that a view was planned with. 5: indexes.
/// </remarks>
internal static class DatabaseStateCodec
{
    private const int Version = 5;

    public static byte[] Write(DatabaseState state)
    {
        using MemoryStream stream = new();
        using BinaryWriter output = new(stream, Encoding.UTF8);
        output.Write(Version);
        output.Write(state.NowMicroseconds);
        output.Write(state.NextOid);
        output.Write(state.Items.Count);
        foreach (CatalogItem item in state.Items)
        {
            CatalogItemCodec.Write(output, item);
        }

        output.Write(state.Origins.Count);
        foreach ((RelationId view, ViewOrigin origin) in state.Origins)
        {
            output.Write(view.Value);
            output.Write(origin.User);
            output.Write(origin.TimeZone);
            output.Write(origin.NowMicroseconds);
            output.Write(origin.SearchPath.Count);
            foreach (string schema in origin.SearchPath)
            {
                output.Write(schema);
            }

            output.Write(origin.Sizes.Count);
            foreach ((RelationId relation, long size) in origin.Sizes)
            {
                output.Write(relation.Value);
                output.Write(size);
            }

            output.Write(origin.Indexes.Entries.Length);
            foreach (JoinIndexes.Entry index in origin.Indexes.Entries)
            {
                output.Write(index.Relation.Value);
                output.Write(index.Keys.Length);
                foreach (int key in index.Keys)
                {
                    output.Write(key);
                }
            }
        }

        output.Write(state.Offsets.Count);
        foreach ((RelationId source, ReadOnlyMemory<byte> offset) in state.Offsets)
        {
            output.Write(source.Value);
            output.Write(offset.Length);
            output.Write(offset.Span);
        }

        output.Write(state.Errors.Count);
        foreach ((RelationId view, IReadOnlyList<ViewError> errors) in state.Errors)
        {
            output.Write(view.Value);
            output.Write(errors.Count);
            foreach (ViewError error in errors)
            {
                output.Write(error.State);
                output.Write(error.Message);
                output.Write(error.Count);
            }
        }

        output.Flush();
        return stream.ToArray();
    }

    /// <exception cref="SqlException">0A000: a newer format.</exception>
    public static DatabaseState Read(ReadOnlyMemory<byte> bytes)
    {
        using BinaryReader input = new(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
        int version = input.ReadInt32();
        if (version is < 1 or > Version)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"the catalog of the checkpoint has format {version}, this program reads formats up to {Version}");
        }

        long now = input.ReadInt64();
        uint nextOid = input.ReadUInt32();
        ImmutableArray<CatalogItem> items = CatalogItemCodec.ReadMany(input, () => CatalogItemCodec.Read(input, version));
        var origins = new Dictionary<RelationId, ViewOrigin>();
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            var view = new RelationId(input.ReadUInt32());
            origins.Add(view, new ViewOrigin(
                input.ReadString(), input.ReadString(), input.ReadInt64(), CatalogItemCodec.ReadMany(input, input.ReadString))
            {
                Sizes = version >= 4 ? ReadSizes(input) : [],
                Indexes = version >= 5 ? new JoinIndexes(CatalogItemCodec.ReadMany(input, () => ReadIndex(input))) : JoinIndexes.None,
            });
        }

        var offsets = new Dictionary<RelationId, ReadOnlyMemory<byte>>();
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            var source = new RelationId(input.ReadUInt32());
            offsets.Add(source, input.ReadBytes(input.ReadInt32()));
        }

        var errors = new Dictionary<RelationId, IReadOnlyList<ViewError>>();
        for (int count = version >= 3 ? input.ReadInt32() : 0; count > 0; count--)
        {
            var view = new RelationId(input.ReadUInt32());
            errors.Add(view, CatalogItemCodec.ReadMany(input, () => new ViewError(input.ReadString(), input.ReadString(), input.ReadInt64())));
        }

        return new DatabaseState(now, nextOid, items, origins, offsets, errors);
    }

    private static JoinIndexes.Entry ReadIndex(BinaryReader input) =>
        new(new RelationId(input.ReadUInt32()), CatalogItemCodec.ReadMany(input, input.ReadInt32));

    private static Dictionary<RelationId, long> ReadSizes(BinaryReader input)
    {
        var sizes = new Dictionary<RelationId, long>();
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            var relation = new RelationId(input.ReadUInt32());
            sizes.Add(relation, input.ReadInt64());
        }

        return sizes;
    }
}
