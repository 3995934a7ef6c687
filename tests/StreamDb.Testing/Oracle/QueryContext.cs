using System.Globalization;

namespace StreamDb.Testing.Oracle;

/// <summary>What the generators of one query share: the dice, the relations there are, fresh names, and which relations were read.</summary>
/// <param name="isView">Whether the query becomes a view, which may have a moving bound.</param>
/// <param name="isPostgres">Whether PostgreSQL must understand it.</param>
internal sealed class QueryContext(Dice dice, IEnumerable<OracleRelation> relations, bool isView = false, bool isPostgres = true)
{
    private int _names;

    public Dice Dice { get; } = dice;

    public bool IsView { get; } = isView;

    public bool IsPostgres { get; } = isPostgres;

    /// <summary>Common table expressions join and leave while their query is generated.</summary>
    public List<OracleRelation> Relations { get; } = [.. relations];

    /// <summary>Names of everything the query depends on, transitively.</summary>
    public HashSet<string> Used { get; } = [];

    public string FreshName(string prefix) => prefix + (++_names).ToString(CultureInfo.InvariantCulture);

    /// <summary>A relation of at most that many rows; its use is noted.</summary>
    public OracleRelation? PickRelation(int rowsMax) => PickRelation(r => r.RowsMax <= rowsMax);

    /// <summary>A relation that fits; its use is noted.</summary>
    public OracleRelation? PickRelation(Func<OracleRelation, bool> fits)
    {
        List<OracleRelation> fitting = [.. Relations.Where(fits)];
        if (fitting.Count == 0)
        {
            return null;
        }

        OracleRelation relation = Dice.Pick(fitting);
        Used.Add(relation.Name);
        Used.UnionWith(relation.Uses);
        return relation;
    }
}
