using System.Collections.Immutable;
using StreamDb.Coordinator.Checkpoints;
using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Backfills;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Rendering;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Statements;

/// <summary>Carries out DDL on the sequencer's thread: changes the catalog of the epoch being built, and the engine.</summary>
/// <remarks>
/// A statement is bound here, against the catalog that all earlier statements left, and logged as its text with the oids it
/// may assign; replay binds it again against the same catalog and so makes the same items. What it adds to the engine is
/// removed again if the statement is refused; what it drops leaves the engine only after the epoch is published.
/// </remarks>
internal sealed class DdlExecutor(Database database, StatementContext context, Epoch asOf, Action<Action> onUndo, Action<Action> onPublish)
{
    /// <summary>The catalog so far, and after <see cref="Run"/>.</summary>
    public required Catalog Catalog { get; set; }

    public List<Notice> Notices { get; } = [];

    /// <summary>Rows of CREATE TABLE AS, to be inserted in the same epoch.</summary>
    public (TableItem Table, ColumnBatch Rows)? Filled { get; private set; }

    /// <returns>The command tag.</returns>
    public string Run(StatementPlan plan)
    {
        switch (plan)
        {
            case CreateSchemaPlan create:
                if (Catalog.FindSchema(create.Name) is not null)
                {
                    if (!create.IfNotExists)
                    {
                        throw new SqlException(SqlState.DuplicateSchema, $"schema \"{create.Name}\" already exists");
                    }

                    Notices.Add(new Notice("NOTICE", SqlState.DuplicateSchema, $"schema \"{create.Name}\" already exists, skipping"));
                    return "CREATE SCHEMA";
                }

                Catalog = Catalog.With(new SchemaItem(NewOid(), create.Name));
                return "CREATE SCHEMA";
            case CreateTablePlan create:
                return CreateTable(create);
            case CreateSourcePlan create:
                if (IsFree(create.Source.SchemaOid, create.Source.Name, create.IfNotExists))
                {
                    SourceItem source = create.Source with { Oid = NewOid() };
                    CheckConnector(source, source.Connector);
                    AddRelation(source, source.PrimaryKey);
                    StartWhenPublished(source);
                }

                return "CREATE SOURCE";
            case CreateViewPlan create:
                return CreateView(create);
            case CreateMaterializedViewPlan create:
                return CreateMaterializedView(create);
            case CreateIndexPlan create:
                if (IsFree(create.Index.SchemaOid, create.Index.Name, create.IfNotExists))
                {
                    CreateIndex(create.Index with { Oid = NewOid() });
                }

                return "CREATE INDEX";
            case DropPlan drop:
                foreach (CatalogItem item in drop.Items)
                {
                    CheckNotRead(item, "drop");
                    Drop(item);
                }

                Notices.AddRange(drop.Notices.Select(n => new Notice("NOTICE", SqlState.SuccessfulCompletion, n)));
                return drop.CommandTag;
            case AlterPlan alter:
                CheckAlter(alter);
                Catalog = Catalog.With(alter.After);
                return alter.CommandTag;
            default:
                throw new InvariantException($"{plan.GetType().Name} is not DDL");
        }
    }

    /// <summary>Carries out a logged statement again.</summary>
    public static void Replay(Database database, DdlEntry entry, Epoch asOf, long nowMicroseconds)
    {
        var context = new StatementContext(
            database,
            entry.User,
            entry.SearchPath,
            TextFormat.Default with { TimeZone = TimeZones.Find(entry.TimeZone) ?? TimeZoneInfo.Utc },
            entry.BoundMicroseconds ?? nowMicroseconds,
            CancellationToken.None);

        // A backfill takes its oid long before it is logged.
        uint nextOid = database.NextOid;
        database.NextOid = entry.FirstOid;
        var publish = new List<Action>();
        var executor = new DdlExecutor(database, context, asOf, _ => { }, publish.Add)
        {
            Catalog = database.Catalog,
            IsReplay = true,
            EpochMicroseconds = nowMicroseconds,
        };
        ParsedStatement statement = SqlParser.ParseScript(entry.Sql)[0];
        executor.Run(StatementBinder.Bind(statement.Syntax, context.Binding(database.Catalog), out _));
        database.NextOid = Math.Max(nextOid, database.NextOid);
        database.Catalog = executor.Catalog;
        publish.ForEach(a => a());
    }

    private bool IsReplay { get; init; }

    /// <summary>What now() is in the epoch, when the statement is bound to an earlier time.</summary>
    private long EpochMicroseconds { get; init; }

    /// <summary>The statement, to be logged later if it is not carried out here; null in a replay.</summary>
    public ParsedStatement? Statement { get; init; }

    /// <summary>What goes on beside the epochs, the rest of the statement; null when there is no rest.</summary>
    public BackfillJob? Job { get; private set; }

    private uint NewOid() => database.NextOid++;

    private bool IsFree(uint schema, string name, bool ifNotExists)
    {
        if (!Catalog.TryFind(schema, name, out _))
        {
            CheckNotReserved(schema, name, ifNotExists);
            return true;
        }

        if (!ifNotExists)
        {
            throw new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists");
        }

        Notices.Add(new Notice("NOTICE", SqlState.DuplicateTable, $"relation \"{name}\" already exists, skipping"));
        return false;
    }

    private string CreateTable(CreateTablePlan create)
    {
        string tag = create.AsQuery is null ? "CREATE TABLE" : "SELECT 0";
        if (!IsFree(create.Table.SchemaOid, create.Table.Name, create.IfNotExists))
        {
            return tag;
        }

        TableItem table = create.Table with { Oid = NewOid() };
        if (table.Connector is not null)
        {
            CheckConnector(table, table.Connector);
        }

        if (create.AsQuery is not null && !IsReplay)
        {
            RenderedQuery query = QueryRunner.Prepare(create.AsQuery.Root, Catalog, context);
            using ReadView view = ReadView.Latest(database, Catalog, ReadView.ArrangementsOf(query.Inputs.Values));
            IReadOnlyList<ColumnBatch> rows = QueryRunner.Finish(QueryRunner.Run(query, view, context), create.AsQuery.Finishing);
            if (rows.Sum(r => r.Count) > 0)
            {
                Filled = (table, RowSorter.Concat(rows));
                tag = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SELECT {Filled.Value.Rows.Count}");
            }
        }

        AddRelation(table, table.PrimaryKey);
        StartWhenPublished(table);
        return tag;
    }

    /// <summary>Does nothing for a table without a connector. In a replay every source starts at the end, where its offset is the last.</summary>
    private void StartWhenPublished(RelationItem relation)
    {
        if (!IsReplay)
        {
            onPublish(() => database.StartSource(relation));
        }
    }

    private void CheckConnector(RelationItem relation, ConnectorDefinition connector)
    {
        if (!IsReplay)
        {
            // Opening checks the options; nothing is read.
            ISource source = database.Connectors.Open(SourceRunner.RequestFor(database, relation, connector, default));
            source.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private void AddRelation(RelationItem relation, ImmutableArray<int> key)
    {
        database.Engine.AddRelation(relation.Id, [.. relation.Columns.Select(c => c.Field.Shape)], key);
        onUndo(() => database.Engine.Remove(relation.Id));
        Catalog = Catalog.With(relation);
    }

    private string CreateView(CreateViewPlan create)
    {
        ViewItem view = create.View;
        if (create.OrReplace && Catalog.TryFind(view.SchemaOid, view.Name, out CatalogItem? existing))
        {
            if (existing is not ViewItem old)
            {
                throw new SqlException(SqlState.WrongObjectType, $"\"{view.Name}\" is not a view");
            }

            bool keepsColumns = view.Columns.Length >= old.Columns.Length
                && old.Columns.Select((c, i) => view.Columns[i].Name == c.Name && view.Columns[i].Type.SameAs(c.Type)).All(same => same);
            if (!keepsColumns)
            {
                throw new SqlException(SqlState.InvalidTableDefinition, "cannot drop or change columns of view");
            }

            CheckNotMaterialized(old);
            CheckNotRead(old, "replace view");
            Catalog = Catalog.With(view with { Oid = old.Oid });
        }
        else if (IsFree(view.SchemaOid, view.Name, create.IfNotExists))
        {
            Catalog = Catalog.With(view with { Oid = NewOid() });
        }

        return "CREATE VIEW";
    }

    /// <summary>
    /// A materialized view was computed from the view as it is: <c>CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS
    /// SELECT * FROM v; CREATE OR REPLACE VIEW v AS SELECT 2</c> would leave m with rows that are not those of its query.
    /// </summary>
    private void CheckNotMaterialized(ViewItem view)
    {
        if (!IsReplay && Catalog.DependentsOf(view.Oid).OfType<MaterializedViewItem>().FirstOrDefault() is { } dependent)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"cannot replace view \"{view.Name}\" because a materialized view depends on it")
            {
                Detail = $"materialized view {dependent.Name} depends on view {view.Name}",
                Hint = "Drop the materialized view first.",
            };
        }
    }

    private string CreateMaterializedView(CreateMaterializedViewPlan create)
    {
        if (!IsFree(create.View.SchemaOid, create.View.Name, create.IfNotExists))
        {
            return "CREATE MATERIALIZED VIEW";
        }

        LogicalNode optimized = ViewInstaller.Optimize(create.Query.Root, Catalog, context, out ViewOrigin origin);
        MaterializedViewItem view = create.View with { Oid = NewOid(), Key = KeyInference.KeyOf(optimized) };
        if (IsReplay)
        {
            ViewInstaller.InstallOptimized(database, view, optimized, origin, context, asOf, EpochMicroseconds);
            Catalog = Catalog.With(view);
        }
        else
        {
            Start(new BackfillTarget(view, ViewInstaller.Describe(view, optimized, origin, context), new ViewErrorCollector(), origin));
        }

        return "CREATE MATERIALIZED VIEW";
    }

    private void CreateIndex(IndexItem index)
    {
        var relation = (RelationItem)Catalog.Find(index.RelationOid)!;
        if (relation is ViewItem)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "indexes on views are not supported")
            {
                Hint = "Create a materialized view, or an index on one.",
            };
        }

        var id = new RelationId(index.Oid);
        if (IsReplay)
        {
            database.Engine.AddIndex(relation.Id, id, index.KeyColumns);
            Catalog = Catalog.With(index);
        }
        else
        {
            Start(new BackfillTarget(index, database.Engine.DescribeIndex(relation.Id, id, index.KeyColumns), null, null));
        }
    }

    private void Start(BackfillTarget target)
    {
        foreach (RelationId input in target.Dataflow.Inputs)
        {
            database.ThrowIfPaused(input);
        }

        Backfill backfill = database.Engine.StartBackfill(
            target.Dataflow, asOf, context.NowMicroseconds, target.Errors ?? (IErrorCollector)SilentErrors.Instance);
        Job = new BackfillJob(database, Statement!, context, target, backfill);
        database.Backfills[backfill.Id] = Job;
        onUndo(() =>
        {
            database.Backfills.TryRemove(backfill.Id, out _);
            database.Engine.Abandon(backfill);
        });
    }

    private void CheckNotReserved(uint schema, string name, bool ifNotExists)
    {
        if (database.Backfills.Values.FirstOrDefault(job => job.Has(schema, name)) is { } job)
        {
            throw ifNotExists
                ? new SqlException(SqlState.ObjectInUse, $"{job.Target.Kind} \"{name}\" is being created")
                {
                    Hint = "streamdb_catalog.backfills shows how far it is.",
                }
                : new SqlException(SqlState.DuplicateTable, $"relation \"{name}\" already exists")
                {
                    Detail = $"The {job.Target.Kind} is being created.",
                };
        }
    }

    private void CheckNotRead(CatalogItem item, string what)
    {
        if (database.Backfills.Values.FirstOrDefault(job => job.DependsOn(item.Oid, Catalog)) is { } job)
        {
            throw new SqlException(
                SqlState.ObjectInUse, $"cannot {what} \"{item.Name}\" because {job.Target.Kind} \"{job.Target.Item.Name}\" is being created from it")
            {
                Hint = "Wait until it is there, or cancel its creation; streamdb_catalog.backfills shows how far it is.",
            };
        }
    }

    private void CheckAlter(AlterPlan alter)
    {
        // A comment changes nothing that anyone computes.
        if (alter.CommandTag != "COMMENT")
        {
            CheckNotRead(alter.Before, "alter");
        }

        if ((alter.After is IndexItem index ? index.SchemaOid : (alter.After as RelationItem)?.SchemaOid) is { } schema)
        {
            CheckNotReserved(schema, alter.After.Name, ifNotExists: false);
        }
    }

    private void Drop(CatalogItem item)
    {
        Catalog = Catalog.Without(item.Oid);
        if (item is TableItem or SourceItem or MaterializedViewItem or IndexItem)
        {
            var id = new RelationId(item.Oid);
            onPublish(() =>
            {
                database.StopSource(id);
                database.Engine.Remove(id);
                database.Forget(id);
            });
        }
    }
}
