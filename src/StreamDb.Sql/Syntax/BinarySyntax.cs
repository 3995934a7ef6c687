namespace StreamDb.Sql.Syntax;

/// <summary>
/// A binary operator. Chains such as <c>1 + 1 + …</c> lean left and may be tens of thousands deep, deeper than any
/// stack: whoever walks a tree goes down <see cref="Left"/> in a loop (see <see cref="LeftSpine"/>).
/// </summary>
public sealed record BinarySyntax(OperatorSyntax Operator, ExpressionSyntax Left, ExpressionSyntax Right) : ExpressionSyntax
{
    /// <summary>This node and the binary operators found by going left from it, topmost first.</summary>
    public Stack<BinarySyntax> LeftSpine()
    {
        Stack<BinarySyntax> spine = new();
        for (ExpressionSyntax node = this; node is BinarySyntax binary; node = binary.Left)
        {
            spine.Push(binary);
        }

        return spine;
    }

    public bool Equals(BinarySyntax? other)
    {
        ExpressionSyntax left = this;
        ExpressionSyntax? right = other;
        while (left is BinarySyntax leftBinary && right is BinarySyntax rightBinary)
        {
            if (leftBinary.Operator != rightBinary.Operator || leftBinary.Right != rightBinary.Right)
            {
                return false;
            }

            (left, right) = (leftBinary.Left, rightBinary.Left);
        }

        // A chain that goes on equals nothing else; asking it would come back here.
        return left is not BinarySyntax && left == right;
    }

    // Only the top of a chain counts: a hash must not recurse into one of unbounded depth.
    public override int GetHashCode() =>
        Left is BinarySyntax left ? HashCode.Combine(Operator, left.Operator, Right) : HashCode.Combine(Operator, Left, Right);
}
