using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;

namespace StreamDb.Expressions.Functions;

/// <summary>Chooses among overloads by the types of the arguments.</summary>
/// <remarks>PostgreSQL, "Type Conversion", sections Operators and Functions; the steps below are theirs, in their order.</remarks>
internal static class OverloadResolution
{
    /// <summary>A candidate with its argument types spelled out (variadic ones repeated).</summary>
    private readonly record struct Candidate(int Index, ImmutableArray<SqlType> Types, bool IsVariadic);

    /// <param name="signatures">Argument types and variadic mark of every overload of the name.</param>
    /// <param name="arguments">Actual types; unknown for undecided literals.</param>
    /// <param name="isOperator">For a binary operator an unknown operand is first taken to have the other's type.</param>
    /// <returns>Index of the chosen overload, -1 when none fits, -2 when several do.</returns>
    public static int Resolve(
        IReadOnlyList<(ImmutableArray<SqlType> Types, bool IsVariadic)> signatures, IReadOnlyList<SqlType> arguments, bool isOperator)
    {
        var candidates = new List<Candidate>();
        for (int i = 0; i < signatures.Count; i++)
        {
            (ImmutableArray<SqlType> types, bool isVariadic) = signatures[i];
            if (types.Length == arguments.Count && !isVariadic)
            {
                candidates.Add(new Candidate(i, types, false));
            }
            else if (isVariadic && arguments.Count >= types.Length)
            {
                candidates.Add(new Candidate(i, [.. types, .. Enumerable.Repeat(types[^1], arguments.Count - types.Length)], true));
            }
        }

        if (isOperator && arguments.Count == 2 && arguments.Count(IsUnknown) == 1)
        {
            SqlType known = IsUnknown(arguments[0]) ? arguments[1] : arguments[0];
            if (FindExact(candidates, [known, known]) is { } assumed)
            {
                return assumed.Index;
            }
        }

        if (FindExact(candidates, arguments) is { } exact)
        {
            return exact.Index;
        }

        candidates.RemoveAll(c => !Fits(c, arguments));
        if (candidates.Count > 1 && candidates.Exists(c => !c.IsVariadic))
        {
            candidates.RemoveAll(c => c.IsVariadic);
        }

        KeepBest(candidates, c => Enumerable.Range(0, arguments.Count).Count(i => IsExact(c.Types[i], arguments[i])));
        KeepBest(candidates, c => Enumerable.Range(0, arguments.Count).Count(i => !IsUnknown(arguments[i])
            && (IsExact(c.Types[i], arguments[i]) || IsPreferredFor(c.Types[i], arguments[i]))));
        if (candidates.Count > 1)
        {
            ResolveUnknowns(candidates, arguments);
        }

        return candidates.Count switch { 0 => -1, 1 => candidates[0].Index, _ => -2 };
    }

    /// <summary>An implicit conversion exists, pseudo-types taking whatever they stand for.</summary>
    public static bool Accepts(SqlType declared, SqlType actual)
    {
        if (IsUnknown(actual))
        {
            return true;
        }

        return declared.Kind switch
        {
            SqlTypeKind.Any or SqlTypeKind.AnyElement => true,
            SqlTypeKind.AnyArray => actual.IsArray || actual.Kind is SqlTypeKind.Int2Vector or SqlTypeKind.OidVector,
            SqlTypeKind.AnyNonArray => !actual.IsArray,
            SqlTypeKind.AnyMap => actual.Kind == SqlTypeKind.Map,
            SqlTypeKind.AnyRecord => actual.Kind == SqlTypeKind.Record,
            _ => Coercion.CanCast(actual, declared, CastContext.Implicit),
        };
    }

    private static bool IsUnknown(SqlType type) => type.Kind == SqlTypeKind.Unknown;

    private static bool IsExact(SqlType declared, SqlType actual) => !IsUnknown(actual) && declared.SameAs(actual);

    private static bool IsPreferredFor(SqlType declared, SqlType actual) =>
        TypeCategory.IsPreferred(declared) && TypeCategory.Of(declared) == TypeCategory.Of(actual);

    private static Candidate? FindExact(List<Candidate> candidates, IReadOnlyList<SqlType> arguments)
    {
        foreach (Candidate candidate in candidates)
        {
            if (candidate.Types.Length == arguments.Count && candidate.Types.Zip(arguments).All(p => IsExact(p.First, p.Second)))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool Fits(Candidate candidate, IReadOnlyList<SqlType> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!Accepts(candidate.Types[i], arguments[i]))
            {
                return false;
            }
        }

        return Polymorphism.Agrees(candidate.Types, arguments);
    }

    private static void KeepBest(List<Candidate> candidates, Func<Candidate, int> score)
    {
        if (candidates.Count > 1)
        {
            int best = candidates.Max(score);
            candidates.RemoveAll(c => score(c) < best);
        }
    }

    private static void ResolveUnknowns(List<Candidate> candidates, IReadOnlyList<SqlType> arguments)
    {
        int[] unknowns = [.. Enumerable.Range(0, arguments.Count).Where(i => IsUnknown(arguments[i]))];
        if (unknowns.Length == 0)
        {
            return;
        }

        // A string literal prefers to be a string; else all candidates must agree on the category.
        var categories = new char[arguments.Count];
        bool isDecided = true;
        foreach (int i in unknowns)
        {
            char first = TypeCategory.Of(candidates[0].Types[i]);
            categories[i] = candidates.Exists(c => TypeCategory.Of(c.Types[i]) == TypeCategory.String) ? TypeCategory.String
                : candidates.TrueForAll(c => TypeCategory.Of(c.Types[i]) == first) ? first : '\0';
            isDecided &= categories[i] != '\0';
        }

        if (isDecided)
        {
            List<Candidate> kept = candidates.FindAll(c => unknowns.All(i => TypeCategory.Of(c.Types[i]) == categories[i]));
            foreach (int i in unknowns)
            {
                if (kept.Exists(c => TypeCategory.IsPreferred(c.Types[i])))
                {
                    kept.RemoveAll(c => !TypeCategory.IsPreferred(c.Types[i]));
                }
            }

            if (kept.Count > 0)
            {
                candidates.Clear();
                candidates.AddRange(kept);
            }

            if (kept.Count == 1)
            {
                return;
            }
        }

        // All known arguments of one type: suppose that the unknown ones are of it too.
        SqlType[] known = [.. arguments.Where(a => !IsUnknown(a))];
        if (known.Length > 0 && known.All(k => k.SameAs(known[0])))
        {
            List<Candidate> kept = candidates.FindAll(c => c.Types.All(t => Accepts(t, known[0])));
            if (kept.Count == 1)
            {
                candidates.Clear();
                candidates.Add(kept[0]);
            }
        }
    }
}
