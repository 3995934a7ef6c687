namespace StreamDb.Dataflow;

/// <summary>The bindings of a WITH RECURSIVE or WITH MUTUALLY RECURSIVE, evaluated together.</summary>
internal sealed record RecursiveScope(IReadOnlyList<RecursiveBinding> Bindings, RecursionLimit Limit);
