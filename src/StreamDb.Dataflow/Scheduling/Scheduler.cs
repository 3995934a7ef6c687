using System.Numerics;
using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Operators;

namespace StreamDb.Dataflow.Scheduling;

/// <summary>Runs the operators of one worker (or of one one-shot query) in topological order, only those that have input.</summary>
/// <remarks>
/// Invariant: deltas flow from lower to higher orders only, so one pass over the ready set computes an epoch. The ready set
/// is a bit per operator with a summary bit per 64: finding the next one costs the same however many operators there are.
/// </remarks>
internal sealed class Scheduler
{
    private readonly List<OperatorGroup> _failed = [];
    private Operator[] _operators = [];
    private ulong[] _ready = [];
    private ulong[] _summary = [];

    /// <summary>Order of the operator whose turn it is.</summary>
    public int CurrentOrder { get; private set; } = -1;

    /// <summary>Whether a new dataflow is being filled: operators that read state which is already full hold back.</summary>
    public bool IsBackfill { get; set; }

    /// <summary>Groups that failed since they were last taken.</summary>
    public List<OperatorGroup> Failed => _failed;

    public IReadOnlyList<Operator> Operators => _operators;

    /// <summary>Takes a new set of operators, keeping the relative order of those that need none other.</summary>
    public void SetOperators(IReadOnlyList<Operator> operators)
    {
        _operators = Sort(operators);
        _ready = new ulong[(_operators.Length + 63) / 64];
        _summary = new ulong[(_ready.Length + 63) / 64];
        for (int order = 0; order < _operators.Length; order++)
        {
            _operators[order].Order = order;
            _operators[order].Scheduler = this;
        }
    }

    public void MarkReady(Operator target)
    {
        int word = target.Order >> 6;
        _ready[word] |= 1UL << (target.Order & 63);
        _summary[word >> 6] |= 1UL << (word & 63);
    }

    /// <summary>Gives every ready operator its turn, in order.</summary>
    /// <param name="flushes">Whether the epoch ends with this pass.</param>
    public void Run(bool flushes)
    {
        while (TryTakeReady(out Operator? next))
        {
            CurrentOrder = next.Order;
            RunOne(next, flushes);
        }

        CurrentOrder = -1;
    }

    /// <summary>Ends the backfill of a group: each of its operators has a turn that ends its epoch, in order.</summary>
    public void Flush(OperatorGroup group)
    {
        foreach (Operator member in _operators)
        {
            if (member.Group == group)
            {
                CurrentOrder = member.Order;
                RunOne(member, flushes: true);
            }
        }

        // The bits that were set on the way are of operators that had their turn.
        Array.Clear(_ready);
        CurrentOrder = -1;
    }

    /// <summary>Only in a one-shot run: ends the epoch of every operator whose inputs have all ended.</summary>
    public void Close()
    {
        foreach (Operator member in _operators)
        {
            bool closes = member.OpenInputs == 0 && !member.HasEnded;
            CurrentOrder = member.Order;
            RunOne(member, closes);
            if (closes)
            {
                member.HasEnded = true;
                foreach ((Operator target, _) in member.Targets)
                {
                    target.OpenInputs--;
                }
            }
        }

        Array.Clear(_ready);
        CurrentOrder = -1;
    }

    /// <summary>Lets one operator take in what is waiting for it before its turn.</summary>
    public void DrainEarly(Operator target)
    {
        try
        {
            target.Drain();
        }
        catch (Exception exception) when (exception is not InvariantException)
        {
            target.Group.Fail(exception, _failed);
        }
    }

    public void RunOne(Operator target, bool flushes)
    {
        if (target.Group.Failure is not null)
        {
            target.Discard();
            if (flushes)
            {
                target.FlushFailed();
            }

            return;
        }

        try
        {
            target.Drain();
            if (flushes)
            {
                target.Flush();
            }
        }
        catch (Exception exception) when (exception is not (InvariantException or OperationCanceledException))
        {
            target.Group.Fail(exception, _failed);
            if (flushes)
            {
                target.FlushFailed();
            }
        }
    }

    private bool TryTakeReady([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Operator? next)
    {
        for (int block = 0; block < _summary.Length; block++)
        {
            while (_summary[block] != 0)
            {
                int word = (block << 6) + BitOperations.TrailingZeroCount(_summary[block]);
                if (_ready[word] == 0)
                {
                    _summary[block] &= _summary[block] - 1;
                    continue;
                }

                int order = (word << 6) + BitOperations.TrailingZeroCount(_ready[word]);
                _ready[word] &= _ready[word] - 1;
                next = _operators[order];
                return true;
            }
        }

        next = null;
        return false;
    }

    /// <summary>A topological order of the edges and the run-after constraints; among the free, the earlier in the list first.</summary>
    private static Operator[] Sort(IReadOnlyList<Operator> operators)
    {
        var position = new Dictionary<Operator, int>(operators.Count);
        for (int i = 0; i < operators.Count; i++)
        {
            position[operators[i]] = i;
        }

        var waits = new int[operators.Count];
        var next = new List<int>[operators.Count];
        for (int i = 0; i < operators.Count; i++)
        {
            next[i] = [];
        }

        for (int i = 0; i < operators.Count; i++)
        {
            foreach ((Operator target, _) in operators[i].Targets)
            {
                if (position.TryGetValue(target, out int to))
                {
                    next[i].Add(to);
                    waits[to]++;
                }
            }

            foreach (Operator before in operators[i].RunsAfter)
            {
                if (position.TryGetValue(before, out int from))
                {
                    next[from].Add(i);
                    waits[i]++;
                }
            }
        }

        var free = new PriorityQueue<int, int>();
        for (int i = 0; i < operators.Count; i++)
        {
            if (waits[i] == 0)
            {
                free.Enqueue(i, i);
            }
        }

        var sorted = new Operator[operators.Count];
        int count = 0;
        while (free.TryDequeue(out int current, out _))
        {
            sorted[count++] = operators[current];
            foreach (int to in next[current])
            {
                if (--waits[to] == 0)
                {
                    free.Enqueue(to, to);
                }
            }
        }

        Invariant.Check(count == sorted.Length, "the operator graph has a cycle");
        return sorted;
    }
}
