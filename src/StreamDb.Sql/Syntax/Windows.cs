namespace StreamDb.Sql.Syntax;

/// <summary>What follows OVER.</summary>
public abstract record WindowSyntax : SyntaxNode;

/// <summary><c>OVER name</c>.</summary>
public sealed record WindowReferenceSyntax(string Name) : WindowSyntax;

/// <summary><c>([name] PARTITION BY … ORDER BY … frame)</c>.</summary>
/// <param name="BaseName">The window that this one copies, or null.</param>
public sealed record WindowSpecificationSyntax(
    string? BaseName,
    SyntaxList<ExpressionSyntax> PartitionBy,
    SyntaxList<OrderItemSyntax> OrderBy,
    FrameSyntax? Frame) : WindowSyntax;

/// <summary><c>name AS (…)</c> in the WINDOW clause.</summary>
public sealed record NamedWindowSyntax(string Name, WindowSpecificationSyntax Window) : SyntaxNode;

public enum FrameUnit
{
    Rows,
    Range,
    Groups,

    /// <summary>SESSION WITH GAP: the frame has a gap and no bounds.</summary>
    Session,
}

public enum FrameExclusion
{
    None,
    CurrentRow,
    Group,
    Ties,
}

/// <summary>A window frame. <c>End</c> is CURRENT ROW where the text gives only the start.</summary>
public sealed record FrameSyntax(
    FrameUnit Unit,
    FrameBoundSyntax? Start,
    FrameBoundSyntax? End,
    FrameExclusion Exclusion,
    ExpressionSyntax? SessionGap) : SyntaxNode;

public enum FrameBoundKind
{
    UnboundedPreceding,
    Preceding,
    CurrentRow,
    Following,
    UnboundedFollowing,
}

/// <summary>One end of a frame; the offset is there for Preceding and Following only.</summary>
public sealed record FrameBoundSyntax(FrameBoundKind Kind, ExpressionSyntax? Offset) : SyntaxNode;
