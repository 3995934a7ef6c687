using StreamDb.Core.Errors;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Recursion;

/// <summary>A recursive scope as one vertex of the graph around it: in its turn it runs its own operators, iteration after iteration, until none has work left.</summary>
/// <remarks>
/// <para>
/// Time inside is (epoch, iteration). A collection C of the scope is kept as its differences: C(t, i) is the sum of δC(t', i')
/// over t' ≤ t and i' ≤ i. Operators keep a weight per row and iteration, added up over the epochs that are past; a delta of
/// (t, i) that meets an entry of iteration j gives deltas of (t, max(i, j)), the earliest time at which both are there.
/// </para>
/// <para>Invariants:</para>
/// <para>1. At the end of an epoch, for every i, each body's C(t, i) is the body of the variables at (t, i), and each variable
/// at (t, i + 1) is its body at (t, i), nothing at (t, 0). What leaves is the sum over all iterations, the fixed point.</para>
/// <para>2. In an epoch iterations only advance. Linear operators and joins take deltas of later iterations as they come; a
/// <see cref="IIterationHolder"/> keeps them until their iteration is there.</para>
/// <para>3. All workers compute the same iterations: after each they agree on the next that any of them has work for.</para>
/// <para>The work of an epoch is that of the deltas that differ from the epoch before, not of the recursion as a whole.</para>
/// </remarks>
internal sealed class ScopeOperator(OperatorContext context, ScopeClock clock, RecursionLimit limit, Agreement? agreement) : Operator(context)
{
    private const int HasFailed = -1;

    private readonly Scheduler _inner = new();
    private List<Operator> _members = [];
    private IIterationHolder[] _holders = [];
    private VariableOperator[] _variables = [];
    private ExchangeOperator[] _exchanges = [];
    private LeaveOperator[] _leaves = [];

    /// <summary>Where each port's deltas enter.</summary>
    public List<Operator> Entries { get; } = [];

    /// <summary>Operators that have no more input after the first iteration.</summary>
    public List<Operator> EntryReaders { get; } = [];

    public override bool IsCollective => true;

    public override long StateBytes => _members.Sum(static member => member.StateBytes);

    public override bool CanStore => _members.TrueForAll(static member => member.CanStore);

    /// <summary>Takes over the scope's operators; once, when it is built.</summary>
    public void SetMembers(List<Operator> members)
    {
        _members = members;
        _holders = [.. members.OfType<IIterationHolder>()];
        _variables = [.. members.OfType<VariableOperator>()];
        _exchanges = [.. members.OfType<ExchangeOperator>()];
        _leaves = [.. members.OfType<LeaveOperator>()];
        _inner.SetOperators(members);
    }

    public override void Start() => _members.ForEach(static member => member.Start());

    public override void WriteRoots(BinaryWriter output) => OperatorGroup.WriteRoots(_members, output);

    public override void ReadRoots(BinaryReader input) => OperatorGroup.ReadRoots(_members, input);

    public override void Flush() => Iterate();

    public override void FlushFailed() => Iterate();

    public override void Discard()
    {
        base.Discard();
        _members.ForEach(static member => member.Discard());
    }

    public override void Dispose()
    {
        base.Dispose();
        _members.ForEach(static member => member.Dispose());
    }

    protected override void Process(int port, DeltaBatch batch) => Entries[port].Enqueue(0, batch);

    private void Iterate()
    {
        clock.Iteration = 0;
        foreach (VariableOperator variable in _variables)
        {
            variable.RowCount = 0;
        }

        while (true)
        {
            RunIteration();
            int next = Agree();
            if (next == HasFailed)
            {
                Fail(new SqlException(SqlState.InternalError, "the recursion failed on another worker"));
                break;
            }

            if (next == int.MaxValue)
            {
                break;
            }

            // Nothing is fed back to the limit where the scope returns there.
            if (next >= limit.Iterations)
            {
                Fail(new SqlException(
                    SqlState.ProgramLimitExceeded, $"recursive query exceeded the recursion limit of {limit.Iterations} iterations")
                {
                    Hint = "WITH MUTUALLY RECURSIVE (RECURSION LIMIT n) sets another limit, (RETURN AT RECURSION LIMIT n) stops there without an error.",
                });
                break;
            }

            clock.Iteration = next;
        }

        Scheduler.Failed.AddRange(_inner.Failed);
        _inner.Failed.Clear();
        foreach (LeaveOperator leave in _leaves)
        {
            leave.Finish();
        }
    }

    private void RunIteration()
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        foreach (IIterationHolder holder in _holders)
        {
            if (holder.NextIteration <= clock.Iteration)
            {
                _inner.MarkReady((Operator)holder);
            }
        }

        foreach (ExchangeOperator exchange in _exchanges)
        {
            _inner.MarkReady(exchange);
        }

        _inner.Run(flushes: true);
        if (Context.IsOneShot)
        {
            EntryReaders.ForEach(static reader => reader.HasEnded = true);
        }
    }

    /// <summary>The next iteration of all workers.</summary>
    private int Agree()
    {
        long fedBack = 0;
        int next = int.MaxValue;
        foreach (VariableOperator variable in _variables)
        {
            fedBack += variable.RowCount;
        }

        if (fedBack > limit.RowsMax)
        {
            Fail(new SqlException(SqlState.ProgramLimitExceeded, $"recursive query fed back more than {limit.RowsMax} rows in one epoch"));
        }

        foreach (IIterationHolder holder in _holders)
        {
            next = Math.Min(next, holder.NextIteration);
        }

        next = Group.Failure is null ? next : HasFailed;
        return agreement is null ? next : agreement.Least(next);
    }

    private void Fail(Exception reason) => Group.Fail(reason, Scheduler.Failed);
}
