using StreamDb.Core.Diagnostics;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Recursion;

/// <summary>How the workers of one recursive scope agree, after each iteration, which one comes next: the least that any of them has work for.</summary>
internal sealed class Agreement(int workers, EngineFault fault)
{
    private const int BrokenCheckMs = 100;

    private readonly Lock _gate = new();
    private readonly object _changed = new();
    private int _arrived;
    private int _least = int.MaxValue;
    private int _result;
    private volatile int _round;

    /// <summary>The least of all workers' values: waits until each has given one.</summary>
    public int Least(int value)
    {
        int round;
        lock (_gate)
        {
            round = _round;
            _least = Math.Min(_least, value);
            if (++_arrived == workers)
            {
                // Nobody gives a value of the next round before having read this one's result.
                _result = _least;
                _least = int.MaxValue;
                _arrived = 0;
                lock (_changed)
                {
                    _round++;
                    Monitor.PulseAll(_changed);
                }

                return _result;
            }
        }

        Patience.Spin(
            Placement.Current, (Agreement: this, Round: round), static wait => wait.Agreement._round != wait.Round, Patience.WithinEpoch);
        lock (_changed)
        {
            while (_round == round)
            {
                Monitor.Wait(_changed, BrokenCheckMs);
                Invariant.Check(fault.Reason is null, "another worker has stopped");
            }
        }

        return _result;
    }
}
