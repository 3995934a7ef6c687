using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Planning.Physical;

namespace StreamDb.Rendering;

/// <summary>A one-shot dataflow and what each of its inputs reads. May be run any number of times.</summary>
public sealed record RenderedQuery(DataflowDescription Dataflow, IReadOnlyDictionary<RelationId, PhysicalGet> Inputs);
