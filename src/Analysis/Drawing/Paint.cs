using System.Globalization;
using System.Xml.Linq;

namespace DmaGrains.Analysis.Drawing;

/// <summary>The fill of one of several things: a colour, and when colours run out, a mark over it, so that no two are alike.</summary>
/// <param name="Colour">A colour that most people can tell apart.</param>
/// <param name="Mark">0 for none.</param>
internal readonly record struct Paint(string Colour, int Mark)
{
    // Okabe and Ito's colours.
    private static readonly (byte Red, byte Green, byte Blue)[] _colours =
        [(0x00, 0x72, 0xb2), (0xe6, 0x9f, 0x00), (0x00, 0x9e, 0x73), (0xcc, 0x79, 0xa7), (0x56, 0xb4, 0xe9), (0xd5, 0x5e, 0x00), (0xf0, 0xe4, 0x42)];

    // Lines in a square of six pixels: what a mark draws over the colour.
    private static readonly string?[] _marks =
        [null, "M0 6 L6 0", "M0 0 L6 6", "M0 3 L6 3", "M3 0 L3 6", "M0 3 L6 3 M3 0 L3 6", "M2 2 L4 2 L4 4 L2 4 Z"];

    /// <summary>The paint of the n-th of several things.</summary>
    public static Paint Of(int number)
    {
        var (red, green, blue) = _colours[number % _colours.Length];
        var mark = number / _colours.Length % _marks.Length;
        // When these run out, shades get darker and darker.
        var shade = Math.Pow(0.93, number / (_colours.Length * _marks.Length));
        return new(string.Create(CultureInfo.InvariantCulture, $"#{(int)(red * shade):x2}{(int)(green * shade):x2}{(int)(blue * shade):x2}"), mark);
    }

    /// <summary>What the fill of a shape says.</summary>
    public string Fill => Mark == 0 ? Colour : $"url(#{Id})";

    private string Id => string.Create(CultureInfo.InvariantCulture, $"{Colour[1..]}-{Mark}").Insert(0, "p");

    /// <summary>What the document must define for it; null when nothing.</summary>
    /// <param name="ns">Of SVG.</param>
    public XElement? Definition(XNamespace ns) => Mark == 0 ? null : new(
        ns + "pattern",
        new XAttribute("id", Id), new XAttribute("width", 6), new XAttribute("height", 6), new XAttribute("patternUnits", "userSpaceOnUse"),
        new XElement(ns + "rect", new XAttribute("width", 6), new XAttribute("height", 6), new XAttribute("fill", Colour)),
        new XElement(ns + "path", new XAttribute("d", _marks[Mark]!), new XAttribute("stroke", "#222"), new XAttribute("fill", "none")));
}
