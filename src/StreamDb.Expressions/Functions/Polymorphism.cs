using System.Collections.Immutable;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;

namespace StreamDb.Expressions.Functions;

/// <summary>Finds what anyelement, anyarray and their like stand for in one call.</summary>
/// <remarks>All of them are PostgreSQL's anycompatible family: the arguments' common type is taken.</remarks>
internal static class Polymorphism
{
    /// <summary>The arguments have a common element type, or none is polymorphic.</summary>
    public static bool Agrees(ImmutableArray<SqlType> declared, IReadOnlyList<SqlType> actual) => TryElement(declared, actual, out _);

    /// <summary>The declared types with pseudo-types replaced; unknown arguments of anyelement become the element type.</summary>
    public static ImmutableArray<SqlType> Substitute(ImmutableArray<SqlType> declared, IReadOnlyList<SqlType> actual)
    {
        TryElement(declared, actual, out SqlType? element);
        return [.. declared.Select((d, i) => d.Kind switch
        {
            SqlTypeKind.AnyElement or SqlTypeKind.AnyNonArray => element ?? SqlType.Text,
            SqlTypeKind.AnyArray when actual[i].Kind is SqlTypeKind.Int2Vector or SqlTypeKind.OidVector => actual[i],
            SqlTypeKind.AnyArray => SqlType.ArrayOf(element ?? SqlType.Text),
            SqlTypeKind.Any when actual[i].Kind == SqlTypeKind.Unknown => SqlType.Text,
            SqlTypeKind.Any or SqlTypeKind.AnyMap or SqlTypeKind.AnyRecord => actual[i],
            _ => d,
        })];
    }

    /// <summary>The result type of a call.</summary>
    public static SqlType Result(SqlType declared, ImmutableArray<SqlType> declaredArguments, IReadOnlyList<SqlType> actual)
    {
        if (!declared.IsPseudo)
        {
            return declared;
        }

        TryElement(declaredArguments, actual, out SqlType? element);
        return declared.Kind switch
        {
            SqlTypeKind.AnyArray => SqlType.ArrayOf(element ?? SqlType.Text),
            SqlTypeKind.AnyElement or SqlTypeKind.AnyNonArray => element ?? SqlType.Text,
            _ => Enumerable.Range(0, declaredArguments.Length).Where(i => declaredArguments[i].Kind == declared.Kind)
                .Select(i => actual[i]).FirstOrDefault(declared),
        };
    }

    private static bool TryElement(ImmutableArray<SqlType> declared, IReadOnlyList<SqlType> actual, out SqlType? element)
    {
        element = null;
        for (int i = 0; i < declared.Length; i++)
        {
            SqlType? part = declared[i].Kind switch
            {
                _ when actual[i].Kind == SqlTypeKind.Unknown => null,
                SqlTypeKind.AnyElement or SqlTypeKind.AnyNonArray => actual[i],
                SqlTypeKind.AnyArray => ElementOf(actual[i]),
                _ => null,
            };
            if (part is null)
            {
                continue;
            }

            if (element is null || element.SameAs(part))
            {
                element = element is null || element.Equals(part) ? part : part.WithoutModifier();
            }
            else if (!Coercion.TryCommon(element, part, out element))
            {
                return false;
            }
        }

        return true;
    }

    private static SqlType? ElementOf(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Int2Vector => SqlType.Int16,
        SqlTypeKind.OidVector => SqlType.Oid,
        _ => type.Element,
    };
}
