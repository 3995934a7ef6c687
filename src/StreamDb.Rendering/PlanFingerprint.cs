using StreamDb.Core.Identifiers;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Explain;
using StreamDb.Planning.Physical;

namespace StreamDb.Rendering;

/// <summary>Names what a view's dataflow computes, so that its stored state is used for nothing else.</summary>
/// <remarks>
/// An id is one view's for ever and its statement never changes, so what else there is to change is the program (planner,
/// expressions and this project, down to the build) and the plan that it chooses.
/// </remarks>
internal static class PlanFingerprint
{
    private static readonly string _program = string.Join(
        ',',
        new[] { typeof(ScalarExpression), typeof(PhysicalNode), typeof(PlanFingerprint) }.Select(type => type.Module.ModuleVersionId.ToString("N")));

    public static string Of(PhysicalNode root, RelationId id) => $"{_program};{id.Value};{PlanPrinter.Print(root)}";
}
