using System.Runtime.ExceptionServices;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Scheduling;

namespace StreamDb.Dataflow.Recursion;

/// <summary>An ordinary operator used as a function of whole collections: it is given rows, asked for its output, and emptied again.</summary>
/// <remarks>
/// Being correct under deletions, it is emptied by taking its input back; so no checkpoint needs what it has in between. The row errors of its output are handed out beside it.
/// </remarks>
internal sealed class IsolatedOperator : IDisposable
{
    private readonly OperatorGroup _group = new(default);
    private readonly Scheduler _scheduler = new();
    private readonly Operator _operator;
    private readonly Capture _capture;
    private readonly CollectingSink _errors = new();
    private readonly List<(int Port, DeltaBatch Batch)> _given = [];

    public IsolatedOperator(OperatorContext outer, Func<OperatorContext, Operator> create)
    {
        var context = new OperatorContext(outer.Worker, outer.WorkerCount, new EpochClock()) { Errors = _errors };
        _operator = create(context);
        _capture = new Capture(context);
        _operator.Targets.Add((_capture, 0));
        foreach (Operator member in (Operator[])[_operator, _capture])
        {
            member.Group = _group;
            _group.Operators.Add(member);
        }

        _scheduler.SetOperators(_group.Operators);
    }

    /// <summary>The row errors of the last output, by SQLSTATE and message, and how many of each.</summary>
    public Dictionary<(string State, string Message), long> Errors => _errors.Errors;

    /// <summary>What it emits of no input at all, which <see cref="Run"/> leaves out. The caller releases it.</summary>
    public List<DeltaBatch> Start()
    {
        _operator.Start();
        return Output();
    }

    /// <summary>Adds rows to the input. The batch is taken over.</summary>
    public void Give(int port, DeltaBatch batch)
    {
        _given.Add((port, batch));
        _operator.Enqueue(port, batch);
    }

    /// <summary>The output for what was given. The caller releases it.</summary>
    public List<DeltaBatch> Run()
    {
        _errors.Errors.Clear();
        List<DeltaBatch> output = Output();
        _errors.IsSilent = true;
        foreach ((int port, DeltaBatch batch) in _given)
        {
            DeltaBatch negated = batch.Negate();
            _operator.Enqueue(port, negated);
            negated.Release();
            batch.Release();
        }

        _given.Clear();
        Output().ForEach(static batch => batch.Release());
        _errors.IsSilent = false;
        return output;
    }

    public void Dispose()
    {
        _given.ForEach(static given => given.Batch.Release());
        _operator.Dispose();
        _capture.Dispose();
    }

    private List<DeltaBatch> Output()
    {
        _scheduler.Run(flushes: true);
        if (_group.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return _capture.Take();
    }

    private sealed class Capture(OperatorContext context) : Operator(context)
    {
        private List<DeltaBatch> _batches = [];

        public List<DeltaBatch> Take()
        {
            List<DeltaBatch> taken = _batches;
            _batches = [];
            return taken;
        }

        protected override void Process(int port, DeltaBatch batch) => _batches.Add(batch.Acquire());
    }

    private sealed class CollectingSink : IErrorSink
    {
        public Dictionary<(string State, string Message), long> Errors { get; } = [];

        /// <summary>While the operator is emptied, which takes back what it reported.</summary>
        public bool IsSilent { get; set; }

        public void Report(string state, string message, long weight)
        {
            if (!IsSilent)
            {
                Errors[(state, message)] = Errors.GetValueOrDefault((state, message)) + weight;
            }
        }
    }
}
