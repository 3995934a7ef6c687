using StreamDb.Sql.Printing;

namespace StreamDb.Sql.Syntax;

/// <summary>A node of the syntax tree: what a statement says, before any name or type in it has been looked up.</summary>
/// <remarks>
/// Nodes are immutable and compare by structure. <see cref="Position"/> says where a node came from and is no part
/// of that comparison, so a tree equals the tree of its own printed text. Identifiers are already folded: unquoted
/// ones are lower-case, quoted ones as written.
/// </remarks>
public abstract record SyntaxNode
{
    /// <summary>0-based character offset of the node in the text handed to the parser; for operators that of the operator.</summary>
    public int Position { get; init; }

    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();

    /// <summary>The node as SQL text.</summary>
    public sealed override string ToString() => SqlPrinter.Print(this);
}

/// <summary>A whole statement.</summary>
public abstract record StatementSyntax : SyntaxNode;

/// <summary>A scalar expression.</summary>
public abstract record ExpressionSyntax : SyntaxNode;

/// <summary>The name of a type in the text.</summary>
public abstract record TypeNameSyntax : SyntaxNode;

/// <summary>Something in FROM.</summary>
public abstract record TableExpressionSyntax : SyntaxNode;

/// <summary>A query without WITH, ORDER BY and LIMIT.</summary>
public abstract record QueryBodySyntax : SyntaxNode;
