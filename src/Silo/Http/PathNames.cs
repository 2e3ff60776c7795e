using DmaGrains.Model;
using Microsoft.AspNetCore.Http;

namespace DmaGrains.Silo.Http;

/// <summary>Names in paths. What is no name reaches no grain.</summary>
internal static class PathNames
{
    private static readonly (string Key, string Field)[] _names = [("board", "Board"), ("buffer", "Buffer"), ("device", "Device")];

    /// <summary>Refuses a path with something that is not a name: EINVAL naming Board, Buffer or Device.</summary>
    public static ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var values = context.HttpContext.Request.RouteValues;
        foreach (var (key, field) in _names)
        {
            if (values.TryGetValue(key, out var name) && ModelName.Check(name as string, field) is { } refusal)
            {
                return new((Answer<object>)refusal);
            }
        }

        return next(context);
    }
}
