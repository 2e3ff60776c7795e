using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace DmaGrains.Tests.Shared;

/// <summary>Everything that an object holds, as text: two objects with the same text cannot be told apart.</summary>
internal static class WholeState
{
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Tell(value, text);
        return text.ToString();
    }

    private static void Tell(object? value, StringBuilder text)
    {
        switch (value)
        {
            case null:
                text.Append('-');
                break;
            case string or Enum or Type:
                text.Append('\'').Append(value).Append('\'');
                break;
            case IFormattable number when value.GetType().IsPrimitive || value is UInt128:
                text.Append(number.ToString(null, CultureInfo.InvariantCulture));
                break;
            case bool:
                text.Append(value);
                break;
            case IEnumerable items when !IsDefault(value):
                text.Append('[');
                foreach (var item in items)
                {
                    Tell(item, text);
                    text.Append(' ');
                }

                text.Append(']');
                break;
            case IEnumerable:
                text.Append("default");
                break;
            default:
                TellFields(value, text);
                break;
        }
    }

    private static void TellFields(object value, StringBuilder text)
    {
        text.Append(value.GetType().Name).Append('{');
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                text.Append(field.Name).Append('=');
                Tell(field.GetValue(value), text);
                text.Append(';');
            }
        }

        text.Append('}');
    }

    private static bool IsDefault(object value) => value.GetType().GetProperty("IsDefault")?.GetValue(value) is true;
}
