using StreamDb.Core.Errors;

namespace StreamDb.Planning.Physical;

/// <summary>Refuses, by name, what cannot be computed inside a recursive scope: 0A000.</summary>
internal sealed class RecursionChecks(PhysicalRecursiveScope scope)
{
    private readonly Dictionary<PhysicalNode, bool> _depends = new(ReferenceEqualityComparer.Instance);

    public void Check()
    {
        foreach (PhysicalNode body in scope.Bodies)
        {
            Depends(body);
        }
    }

    /// <summary>Whether the node's rows differ from iteration to iteration.</summary>
    private bool Depends(PhysicalNode node)
    {
        if (!_depends.TryGetValue(node, out bool depends))
        {
            depends = node is PhysicalRecursiveReference reference && ReferenceEquals(reference.Scope, scope);
            foreach (PhysicalNode input in node.Inputs)
            {
                depends |= Depends(input);
            }

            _depends.Add(node, depends);
            if (depends && Unsupported(node) is { } construct)
            {
                throw new SqlException(SqlState.FeatureNotSupported, $"{construct} over a recursive reference is not supported");
            }
        }

        return depends;
    }

    private static string? Unsupported(PhysicalNode node) => node switch
    {
        PhysicalRecursiveReference or PhysicalMap or PhysicalTableFunction or PhysicalJoin or PhysicalReduce or PhysicalDistinct
            or PhysicalTopN or PhysicalWindow or PhysicalUnion or PhysicalSetOperation or PhysicalAssertSingle => null,
        PhysicalTemporalFilter => "now()",
        PhysicalRecursive => "a further recursion",
        _ => "this construct",
    };
}
