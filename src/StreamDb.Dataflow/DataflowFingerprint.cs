using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow;

/// <summary>Names everything that the bytes of a dataflow's keyed state depend on.</summary>
/// <remarks>
/// The program is part of it, down to the build: a record may lie otherwise in the next one, and no number that someone must
/// remember to raise would say so. After an upgrade views are computed once more.
/// </remarks>
internal static class DataflowFingerprint
{
    private static readonly string _program = string.Join(
        ',', new[] { typeof(RowCodec), typeof(StateSpace), typeof(Engine) }.Select(type => type.Module.ModuleVersionId.ToString("N")));

    /// <summary>Of a view; null: who described it did not say what its expressions are, so nothing can be compared.</summary>
    public static string? Of(DataflowDescription view, int workers)
    {
        if (view.Fingerprint is not { } expressions)
        {
            return null;
        }

        var text = new StringBuilder(_program).Append(';').Append(workers).Append(';').Append(expressions).Append(';').AppendJoin(',', view.Key);
        foreach (Node node in view.Nodes)
        {
            text.Append(';').Append(node.GetType().Name).Append('(').AppendJoin(',', node.Inputs.Select(input => input.Index)).Append(')');
            Append(text, node.Shape);
            if (node is RelationNode relation)
            {
                text.Append(relation.Relation.Value);
            }
        }

        return Hash(text.ToString());
    }

    /// <summary>Of a shared index.</summary>
    public static string OfIndex(string name, IReadOnlyList<ColumnShape> shape, int workers)
    {
        StringBuilder text = new StringBuilder(_program).Append(';').Append(workers).Append(';').Append(name);
        Append(text, shape);
        return Hash(text.ToString());
    }

    /// <summary>Of a part that dataflows share: its name says what it computes.</summary>
    public static string OfSubplan(string name, int workers) => Hash($"{_program};{workers};{name}");

    private static void Append(StringBuilder text, IReadOnlyList<ColumnShape> shape)
    {
        foreach (ColumnShape column in shape)
        {
            text.Append(column.Type).Append(column.IsNullable ? '?' : '!');
        }
    }

    private static string Hash(string text) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
