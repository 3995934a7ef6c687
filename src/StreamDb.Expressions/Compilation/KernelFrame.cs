using StreamDb.Core.Columns;

namespace StreamDb.Expressions.Compilation;

/// <summary>What one run hands to a kernel: addresses of the input columns it reads and of the output it writes.</summary>
internal sealed class KernelFrame
{
    /// <summary>By position in the program's list of read columns.</summary>
    public nint[] Values = [];
    public nint[] Validity = [];
    public nint[] Offsets = [];

    /// <summary>By position in the program's list of computed outputs; <see cref="Outputs"/> is the start of fixed-width values.</summary>
    public ColumnBuilder[] Builders = [];
    public nint[] Outputs = [];

    /// <summary>Rows of input.</summary>
    public int Count;

    /// <summary>Where the kept rows' indexes go; only with a predicate.</summary>
    public nint Selection;

    public void Reserve(int columns, int outputs)
    {
        if (Values.Length < columns)
        {
            Values = new nint[columns];
            Validity = new nint[columns];
            Offsets = new nint[columns];
        }

        if (Builders.Length < outputs)
        {
            Builders = new ColumnBuilder[outputs];
            Outputs = new nint[outputs];
        }
    }
}

/// <summary>A compiled loop over one batch.</summary>
/// <returns>Rows written.</returns>
internal delegate int Kernel(object[] constants, KernelFrame frame, EvaluationContext context);
