using System.Globalization;
using StreamDb.Coordinator.Checkpoints;
using StreamDb.Core.Errors;
using StreamDb.Dataflow;
using StreamDb.Planning.Catalog;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.State.Segments;

namespace StreamDb.Coordinator;

/// <summary>Looks at the data directory of an instance that does not run. Changes nothing.</summary>
public static class DataDirectoryTools
{
    private static readonly Dictionary<string, SegmentFile> _noFiles = [];
    private static readonly DateTime _epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Verifies every byte that the databases consist of.</summary>
    /// <param name="output">Gets a line for each problem, and for each database without one a line that says so.</param>
    /// <returns>The number of problems.</returns>
    /// <exception cref="SqlException">55P03: it is in use. 0A000: it is of a newer format. 58030: it cannot be read.</exception>
    public static int Check(string path, TextWriter output)
    {
        int problems = 0;
        foreach (string database in DatabasesIn(path))
        {
            DataDirectoryReport report = DataDirectoryReport.Read(database);
            List<string> found = [.. report.Problems];
            foreach (Manifest manifest in report.Manifests.Where(manifest => manifest.Checkpoint > 0))
            {
                CheckSections(database, manifest, found);
            }

            found.ForEach(output.WriteLine);
            problems += found.Count;
            if (found.Count == 0)
            {
                output.WriteLine(Invariant($"{database}: sound; {report.Manifests[0].Files.Count} segment files, log up to record {report.Log.LastSequence}"));
            }
        }

        return problems;
    }

    /// <summary>Describes the newest checkpoint and the log behind it.</summary>
    /// <exception cref="SqlException">As <see cref="Check"/>; XX001: it is damaged.</exception>
    public static void Info(string path, TextWriter output)
    {
        foreach (string database in DatabasesIn(path))
        {
            DataDirectoryReport report = DataDirectoryReport.Read(database);
            if (report.Manifests.Count == 0)
            {
                throw new SqlException(SqlState.DataCorrupted, report.Problems[0]);
            }

            Manifest manifest = report.Manifests[0];
            output.WriteLine(Invariant($"database \"{Path.GetFileName(database)}\""));
            output.WriteLine(Invariant($"  format         {manifest.Format}"));
            output.WriteLine(Invariant($"  instance       {manifest.InstanceId}"));
            output.WriteLine(Invariant($"  created        {_epoch.AddMicroseconds(manifest.CreatedMicroseconds):yyyy-MM-dd HH:mm:ss} UTC"));
            output.WriteLine(Invariant($"  checkpoint     {manifest.Checkpoint}, manifest {manifest.Generation}, epoch {manifest.Epoch}"));
            output.WriteLine(Invariant($"  segment files  {manifest.Files.Count}, {manifest.Files.Sum(file => file.Bytes)} bytes"));
            output.WriteLine(Invariant(
                $"  log            {report.LogBytes} bytes, {report.Log.LastSequence - manifest.Log.BeginSequence + 1} records after the checkpoint"));
            if (manifest.Checkpoint > 0)
            {
                DatabaseState state = DatabaseStateCodec.Read(manifest.Sections[DatabaseImage.StateSection]);
                output.WriteLine(Invariant(
                    $"  catalog        {state.Items.OfType<TableItem>().Count()} tables, {state.Items.OfType<SourceItem>().Count()} sources, {state.Items.OfType<MaterializedViewItem>().Count()} materialized views"));
                StoredDataflow[] dataflows = [.. DatabaseImage.KeyedStateOf(manifest, _noFiles).All];
                StoredArena[] arenas = [.. dataflows.SelectMany(dataflow => dataflow.Arenas)];
                output.WriteLine(Invariant(
                    $"  keyed state    {dataflows.Length} dataflows and indexes, {arenas.Sum(arena => arena.Bytes)} bytes in {arenas.Sum(arena => arena.Pages.Count)} runs of pages"));
            }

            foreach (string problem in report.Problems)
            {
                output.WriteLine($"  problem        {problem}");
            }
        }
    }

    private static void CheckSections(string database, Manifest manifest, List<string> problems)
    {
        try
        {
            DatabaseState state = DatabaseStateCodec.Read(manifest.Sections[DatabaseImage.StateSection]);
            var relations = StoredRelations.Read(manifest.Sections[EngineImage.RelationsSection], _noFiles);
            foreach (RelationItem relation in state.Items.OfType<RelationItem>().Where(item => item is TableItem or SourceItem))
            {
                _ = relations[relation.Id];
            }

            foreach (StoredArena arena in DatabaseImage.KeyedStateOf(manifest, _noFiles).All.SelectMany(dataflow => dataflow.Arenas))
            {
                arena.Check(name => manifest.Files.FirstOrDefault(file => file.Name == name).Bytes);
            }
        }
        catch (Exception exception) when (exception is SqlException or EndOfStreamException or KeyNotFoundException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            problems.Add($"{database}: checkpoint {manifest.Checkpoint.ToString(CultureInfo.InvariantCulture)} contradicts itself: {exception.Message}");
        }
    }

    private static IEnumerable<string> DatabasesIn(string path) => Directory.Exists(path)
        ? Directory.GetDirectories(path).Order(StringComparer.Ordinal)
        : throw new SqlException(SqlState.IoError, $"directory \"{path}\" does not exist");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
