using System.Collections.Immutable;
using System.Globalization;

namespace StreamDb.Testing.Oracle;

/// <summary>Programs by seed: tables; views before the data, between and after; changes, transactions, drops.</summary>
/// <remarks>
/// Strategy: keys, texts and numbers come from small domains with one hot value, so that joins and groups meet; a fifth of
/// what may be NULL is; UPDATE and DELETE come nearly as often as INSERT, so that what was counted is taken back. Everything a
/// program does has one right outcome in SQL (see <see cref="ValueType.Loose"/>, <see cref="DmlGenerator"/>,
/// <see cref="QueryGenerator"/>), and no expression raises, so that a view, its query and PostgreSQL must agree.
/// </remarks>
internal sealed class ProgramGenerator
{
    private const int ViewsMax = 6;

    private readonly int _seed;
    private readonly bool _isPostgres;
    private readonly Dice _dice;
    private readonly DmlGenerator _dml;
    private readonly List<OracleRelation> _relations = [];
    private readonly List<OracleRelation> _queries = [];
    private readonly ImmutableArray<OracleStep>.Builder _steps = ImmutableArray.CreateBuilder<OracleStep>();
    private int _names;

    private ProgramGenerator(int seed, bool isPostgres)
    {
        _seed = seed;
        _isPostgres = isPostgres;
        _dice = new Dice(seed);
        _dml = new DmlGenerator(_dice);
    }

    /// <param name="isPostgres">Whether PostgreSQL must understand it.</param>
    public static OracleProgram Generate(int seed, bool isPostgres) => new ProgramGenerator(seed, isPostgres).Run();

    private OracleProgram Run()
    {
        int workers = _dice.Between(1, 3);
        int tables = _dice.Weighted(25, 45, 20, 10) + 1;
        for (int i = 0; i < tables; i++)
        {
            CreateTable();
        }

        for (int i = _dice.Between(0, 3); i > 0; i--)
        {
            CreateView();
        }

        int statements = _dice.Between(8, 22);
        for (int i = 0; i < statements; i++)
        {
            Next();
        }

        for (int i = _dice.Between(1, 2); i > 0; i--)
        {
            CreateView();
        }

        for (int i = _dice.Between(1, 3); i > 0; i--)
        {
            _steps.Add(Change());
        }

        return new OracleProgram(_seed, workers, _steps.ToImmutable());
    }

    private void Next()
    {
        switch (_dice.Weighted(70, 9, 8, 4, 8, 5, 3, 5))
        {
            case 1:
                CreateView();
                break;
            case 2:
                Transaction();
                break;
            case 3:
                Drop();
                break;
            case 4:
                _steps.Add(new AdvanceStep(_dice.Pick(1, 60, 300, 720, 1440)));
                break;
            case 5:
                CreateIndex();
                break;
            case 6:
                CreateIndexedJoin();
                break;
            case 7:
                CreateGroupedJoin();
                break;
            default:
                _steps.Add(Change());
                break;
        }
    }

    /// <summary>An index of a table: views made later read it in their joins.</summary>
    private void CreateIndex()
    {
        OracleRelation table = _dice.Pick(Tables);
        string[] columns = [.. Enumerable.Range(0, _dice.Weighted(80, 20) + 1).Select(_ => table.Columns[_dice.Next(table.Columns.Length)].Name).Distinct()];
        _steps.Add(new PlainStep($"CREATE INDEX {FreshName("x")} ON {table.Name} ({string.Join(", ", columns)})"));
    }

    /// <summary>A view that joins tables along indexes.</summary>
    private void CreateIndexedJoin()
    {
        var context = new QueryContext(_dice, _relations, isView: true, _isPostgres);
        var joins = new IndexedJoinGenerator(_dice, context);
        if (_relations.Count(r => !r.IsTable) >= ViewsMax || Tables.Count == 0 || joins.Generate(Tables) is not { } query)
        {
            return;
        }

        foreach ((string table, string column) in joins.Indexed.Distinct())
        {
            _steps.Add(new PlainStep($"CREATE INDEX {FreshName("x")} ON {table} ({column})"));
        }

        AddView(query, isMaterialized: true, context);
    }

    /// <summary>A view of extremes or distinct rows over a join.</summary>
    private void CreateGroupedJoin()
    {
        var context = new QueryContext(_dice, _relations, isView: true, _isPostgres);
        if (_relations.Count(r => !r.IsTable) < ViewsMax && new GroupedJoinGenerator(context, new ExpressionGenerator(context)).Generate() is { } query)
        {
            AddView(query, isMaterialized: true, context);
        }
    }

    private IReadOnlyList<OracleRelation> Tables => [.. _relations.Where(r => r.IsTable)];

    /// <summary>
    /// A statement that changes a table. In a transaction it reads tables alone: a maintained view shows the epoch that the
    /// transaction reads, where PostgreSQL's plain view would show its own writes.
    /// </summary>
    private OracleStep Change(bool isInTransaction = false) =>
        _dml.Generate(_dice.Pick(Tables), isInTransaction ? Tables : _relations);

    private void CreateTable()
    {
        string name = FreshName("t");
        int count = _dice.Between(2, 5);
        Dictionary<string, OracleColumn> columns = [];
        while (columns.Count < count)
        {
            ValueType type = columns.Count == 0 ? _dice.Pick(ValueType.Int4, ValueType.Int4, ValueType.Text, ValueType.Int8) : _dice.Pick(ValueTypes.OfColumns);
            string column = ValueTypes.ColumnName(type, _dice.Next(2));
            columns.TryAdd(column, new OracleColumn(column, type, _dice.Chance(85)));
        }

        OracleColumn[] all = [.. columns.Values];
        int[] key = _dice.Weighted(50, 40, 10) switch { 0 => [], 1 => [0], _ => [0, 1] };
        foreach (int k in key)
        {
            all[k] = all[k] with { IsNullable = false };
        }

        IEnumerable<string> parts = all.Select((c, i) =>
            $"{c.Name} {ValueTypes.NameOf(c.Type)}{(key.Length == 1 && key[0] == i ? " PRIMARY KEY" : c.IsNullable || key.Contains(i) ? "" : " NOT NULL")}");
        string tail = key.Length > 1 ? $", PRIMARY KEY ({string.Join(", ", key.Select(k => all[k].Name))})" : "";
        _steps.Add(new PlainStep($"CREATE TABLE {name} ({string.Join(", ", parts)}{tail})"));
        _relations.Add(new OracleRelation(name, [.. all], DmlGenerator.TableRowsMax, []) { Key = [.. key], IsTable = true });
    }

    private void CreateView()
    {
        if (_relations.Count(r => !r.IsTable) >= ViewsMax)
        {
            return;
        }

        // Often over the query of an earlier view as it stands: the two then have parts in common.
        List<OracleRelation> shared = [.. _queries.Where(q => q.Uses.All(used => _relations.Exists(r => r.Name == used)))];
        OracleRelation[] twice = shared.Count > 0 && _dice.Chance(40) ? [_dice.Pick(shared), _dice.Pick(shared)] : [];
        var context = new QueryContext(_dice, [.. _relations, .. twice, .. twice], isView: true, _isPostgres);
        GeneratedQuery query = new QueryGenerator(context).Generate(depth: 1, mayBeLoose: true);
        AddView(query, isMaterialized: _dice.Chance(82), context);
    }

    private void AddView(GeneratedQuery query, bool isMaterialized, QueryContext context)
    {
        string name = FreshName("v");
        _steps.Add(new CreateViewStep(name, query.Sql, isMaterialized));
        ImmutableHashSet<string> uses = [.. context.Used.Where(used => used[0] != '(')];
        _relations.Add(new OracleRelation(name, query.Columns, query.RowsMax, uses) { IsMaterialized = isMaterialized });
        _queries.Add(new OracleRelation($"({query.Sql})", query.Columns, query.RowsMax, uses));
    }

    private void Transaction()
    {
        _steps.Add(new PlainStep(_dice.Pick("BEGIN", "START TRANSACTION")));
        bool hasSavepoint = false;
        for (int i = _dice.Between(1, 4); i > 0; i--)
        {
            _steps.Add(Change(isInTransaction: true));
            if (_dice.Chance(25))
            {
                _steps.Add(new PlainStep("SAVEPOINT s"));
                hasSavepoint = true;
            }
            else if (hasSavepoint && _dice.Chance(60))
            {
                bool isReleased = _dice.Chance(30);
                _steps.Add(new PlainStep(isReleased ? "RELEASE SAVEPOINT s" : "ROLLBACK TO SAVEPOINT s"));
                hasSavepoint = !isReleased;
            }
        }

        _steps.Add(new PlainStep(_dice.Weighted(70, 30) == 0 ? "COMMIT" : "ROLLBACK"));
    }

    private void Drop()
    {
        List<OracleRelation> views = [.. _relations.Where(r => !r.IsTable)];
        if (views.Count > 0 && _dice.Chance(75))
        {
            OracleRelation view = _dice.Pick(views);
            _steps.Add(new DropViewStep(view.Name, view.IsMaterialized));
            Forget(view.Name);
        }
        else if (Tables.Count > 1)
        {
            OracleRelation table = _dice.Pick(Tables);
            _steps.Add(new PlainStep($"DROP TABLE {table.Name} CASCADE"));
            Forget(table.Name);
        }
    }

    private void Forget(string name) => _relations.RemoveAll(r => r.Name == name || r.Uses.Contains(name));

    private string FreshName(string prefix) => prefix + (++_names).ToString(CultureInfo.InvariantCulture);
}
