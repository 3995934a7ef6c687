using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Walks and rewrites syntax trees of any shape, by the properties of their records.</summary>
/// <remarks>Only for DDL, where a statement's text is kept: reflection is slow, but cannot forget a kind of node.</remarks>
internal static class SyntaxRewriter
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> _properties = new();
    private static readonly MethodInfo _clone =
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>The tree with each node for which <paramref name="replace"/> gives another replaced by that one, unentered.</summary>
    public static T Rewrite<T>(T node, Func<SyntaxNode, SyntaxNode?> replace)
        where T : SyntaxNode
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (replace(node) is { } replacement)
        {
            return (T)replacement;
        }

        SyntaxNode? copy = null;
        foreach (PropertyInfo property in PropertiesOf(node.GetType()))
        {
            object? value = property.GetValue(node);
            object? rewritten = RewriteValue(value, replace);
            if (!ReferenceEquals(value, rewritten) && !Equals(value, rewritten))
            {
                copy ??= (SyntaxNode)_clone.Invoke(node, null)!;
                property.SetValue(copy, rewritten);
            }
        }

        return (T?)copy ?? node;
    }

    /// <summary>The nodes directly below.</summary>
    public static IEnumerable<SyntaxNode> Children(SyntaxNode node) =>
        PropertiesOf(node.GetType()).SelectMany(p => Nodes(p.GetValue(node)));

    /// <summary>The node and everything below it.</summary>
    public static IEnumerable<SyntaxNode> Descendants(SyntaxNode node)
    {
        Stack<SyntaxNode> open = new([node]);
        while (open.TryPop(out SyntaxNode? next))
        {
            yield return next;
            foreach (SyntaxNode child in Children(next))
            {
                open.Push(child);
            }
        }
    }

    private static IEnumerable<SyntaxNode> Nodes(object? value) => value switch
    {
        SyntaxNode node => [node],
        string => [],
        IEnumerable list => list.Cast<object?>().SelectMany(Nodes),
        _ => [],
    };

    private static object? RewriteValue(object? value, Func<SyntaxNode, SyntaxNode?> replace)
    {
        switch (value)
        {
            case SyntaxNode node:
                return Rewrite(node, replace);
            case null or string:
                return value;
            case IEnumerable list:
                object?[] items = [.. list.Cast<object?>()];
                bool changed = false;
                for (int i = 0; i < items.Length; i++)
                {
                    object? item = RewriteValue(items[i], replace);
                    changed |= !ReferenceEquals(item, items[i]);
                    items[i] = item;
                }

                return changed ? ListOf(value.GetType().GetGenericArguments()[0], items) : value;
            default:
                return value;
        }
    }

    private static object ListOf(Type element, object?[] items)
    {
        Array typed = Array.CreateInstance(element, items.Length);
        Array.Copy(items, typed, items.Length);
        return typeof(SyntaxList).GetMethod(nameof(SyntaxList.ToSyntaxList))!.MakeGenericMethod(element).Invoke(null, [typed])!;
    }

    /// <summary>Settable properties that can hold nodes.</summary>
    private static PropertyInfo[] PropertiesOf(Type type) => _properties.GetOrAdd(type, static t =>
        [.. t.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.SetMethod is not null && Holds(p.PropertyType))]);

    private static bool Holds(Type type) => typeof(SyntaxNode).IsAssignableFrom(type)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(SyntaxList<>) && Holds(type.GetGenericArguments()[0]));
}
