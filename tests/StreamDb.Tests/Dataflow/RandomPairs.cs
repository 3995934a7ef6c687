using System.Collections.Immutable;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using Xunit;

namespace StreamDb.Tests.Dataflow;

/// <summary>Epochs of random changes of relations of two bigint columns, and what is in the relations after them.</summary>
internal static class RandomPairs
{
    /// <summary>Computes and publishes one epoch.</summary>
    /// <param name="rows">What is in each relation, with weights; changed along.</param>
    /// <param name="changesMax">Fewer changes than this of each relation.</param>
    /// <param name="keys">How many values the first column has.</param>
    /// <param name="values">And the second.</param>
    public static void Step(
        Engine engine, Epoch epoch, Random random, Dictionary<RelationId, Dictionary<(long, long), long>> rows, int changesMax, int keys, int values)
    {
        var inputs = new List<RelationDelta>();
        foreach ((RelationId relation, Dictionary<(long, long), long> present) in rows)
        {
            var deltas = new List<(ImmutableArray<Datum> Row, long Weight)>();
            for (int i = random.Next(changesMax); i > 0; i--)
            {
                (long Key, long Value) row = (random.Next(keys), random.Next(values));
                long weight = present.GetValueOrDefault(row) > 0 && random.Next(2) == 0 ? -1 : 1;
                present[row] = present.GetValueOrDefault(row) + weight;
                deltas.Add(([new Datum(row.Key), new Datum(row.Value)], weight));
            }

            inputs.Add(new RelationDelta(relation, DeltaBatch.FromRows([PhysicalType.Int64, PhysicalType.Int64], deltas)));
        }

        EpochHandle handle = engine.Begin(epoch, 0, inputs, waits: random.Next(2) == 0);
        handle.Wait();
        Assert.Empty(handle.Failures);
        engine.Publish(epoch);
        inputs.ForEach(input => input.Delta.Release());
    }
}
