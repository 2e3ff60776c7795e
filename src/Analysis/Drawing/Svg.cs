using System.Globalization;
using System.Xml.Linq;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Drawing;

/// <summary>An SVG picture that grows downwards.</summary>
/// <param name="width">Its width in pixels.</param>
internal sealed class Svg(double width)
{
    private static readonly XNamespace _ns = "http://www.w3.org/2000/svg";

    private const double Edge = 20;

    private readonly List<XElement> _shapes = [];
    private readonly HashSet<Paint> _paints = [];

    /// <summary>The bottom of what was drawn, in pixels.</summary>
    public double Bottom { get; private set; }

    /// <summary>A rectangle in a paint, without border.</summary>
    /// <param name="left">Pixels from the left.</param>
    /// <param name="top">Pixels from the top.</param>
    /// <param name="across">Pixels wide.</param>
    /// <param name="down">Pixels high.</param>
    /// <param name="paint">The fill.</param>
    /// <param name="stroke">The colour of its border, or null for none.</param>
    /// <param name="tip">The tooltip.</param>
    public void Box(double left, double top, double across, double down, Paint paint, string? stroke = null, string? tip = null)
    {
        _paints.Add(paint);
        Box(left, top, across, down, paint.Fill, stroke, tip);
    }

    /// <summary>A rectangle.</summary>
    /// <param name="left">Pixels from the left.</param>
    /// <param name="top">Pixels from the top.</param>
    /// <param name="across">Pixels wide.</param>
    /// <param name="down">Pixels high.</param>
    /// <param name="fill">Its colour.</param>
    /// <param name="stroke">The colour of its border, or null for none.</param>
    /// <param name="tip">The tooltip.</param>
    /// <param name="opacity">0 to 1.</param>
    public void Box(
        double left, double top, double across, double down, string fill, string? stroke = null, string? tip = null, double opacity = 1)
    {
        var shape = Element(
            "rect", ("x", left), ("y", top), ("width", across), ("height", down), ("fill", fill));
        if (stroke is not null)
        {
            shape.SetAttributeValue("stroke", stroke);
        }

        if (opacity < 1)
        {
            shape.SetAttributeValue("fill-opacity", opacity);
        }

        Add(shape, tip, top + down);
    }

    /// <summary>Text, with a line for each part; its top left corner is given.</summary>
    /// <param name="left">Pixels from the left.</param>
    /// <param name="top">Pixels from the top.</param>
    /// <param name="text">The text.</param>
    /// <param name="isHeading">Whether it is larger and bold.</param>
    /// <param name="fill">Its colour.</param>
    /// <param name="across">The greatest width; null for the rest of the picture.</param>
    /// <returns>Where the next line would begin.</returns>
    public double Text(double left, double top, string text, bool isHeading = false, string fill = "#222", double? across = null)
    {
        var lines = Lettering.Lines(text, across ?? width - left - Edge, isHeading);
        var shape = Element(
            "text", ("x", left), ("y", top + 12), ("font-size", isHeading ? Lettering.HeadingSize : Lettering.Size), ("fill", fill),
            ("font-weight", isHeading ? "bold" : "normal"));
        // An empty text node keeps the writer from adding white space between elements, which would become part of the text.
        shape.Add(new XText(string.Empty));
        for (var index = 0; index < lines.Count; index++)
        {
            // States the width, so that another font does not make it wider.
            var part = Element(
                "tspan", ("x", left), ("y", top + 12 + (index * Lettering.LineStep)), ("textLength", Lettering.WidthOf(lines[index].TrimEnd(' '), isHeading)),
                ("lengthAdjust", "spacingAndGlyphs"));
            part.Add(lines[index]);
            shape.Add(part);
        }

        var next = top + (lines.Count * Lettering.LineStep);
        Add(shape, null, next + 1);
        return next;
    }

    /// <summary>A line between two points.</summary>
    public void Line(double left, double top, double right, double bottom, string stroke, bool isDashed = false, string? tip = null)
    {
        var shape = Element(
            "line", ("x1", left), ("y1", top), ("x2", right), ("y2", bottom), ("stroke", stroke), ("stroke-width", 1.5));
        if (isDashed)
        {
            shape.SetAttributeValue("stroke-dasharray", "5 4");
        }

        Add(shape, tip, Math.Max(top, bottom));
    }

    /// <summary>The document.</summary>
    public override string ToString()
    {
        var root = Element(
            "svg", ("width", width), ("height", Bottom + 12), ("viewBox", string.Create(
                CultureInfo.InvariantCulture, $"0 0 {width} {Bottom + 12}")), ("font-family", Lettering.Family));
        if (_paints.Select(paint => paint.Definition(_ns)).OfType<XElement>().ToList() is { Count: > 0 } definitions)
        {
            root.Add(new XElement(_ns + "defs", definitions));
        }

        root.Add(new XElement(_ns + "rect", new XAttribute("width", "100%"), new XAttribute("height", "100%"), new XAttribute("fill", "white")));
        root.Add(_shapes);
        return root.ToString();
    }

    private static XElement Element(string name, params (string Name, object Value)[] attributes) => new(
        _ns + name,
        attributes.Select(attribute => new XAttribute(
            attribute.Name, attribute.Value is double number ? Math.Round(number, 2) : attribute.Value)));

    private void Add(XElement shape, string? tip, double bottom)
    {
        if (tip is not null)
        {
            shape.Add(new XElement(_ns + "title", HarmlessText.Of(tip)));
        }

        _shapes.Add(shape);
        Bottom = Math.Max(Bottom, bottom);
    }
}
