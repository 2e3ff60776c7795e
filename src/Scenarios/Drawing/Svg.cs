using System.Globalization;
using System.Xml.Linq;

namespace DmaGrains.Scenarios.Drawing;

/// <summary>A picture that grows downwards. Colours are such as most people tell apart.</summary>
/// <param name="width">In pixels.</param>
internal sealed class Svg(double width)
{
    private static readonly XNamespace _ns = "http://www.w3.org/2000/svg";

    // Okabe and Ito's colours.
    private static readonly string[] _colours =
        ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];

    private readonly List<XElement> _shapes = [];

    /// <summary>How far down something was drawn.</summary>
    public double Bottom { get; private set; }

    /// <summary>The colour of the n-th of several things; they repeat.</summary>
    public static string Colour(int number) => _colours[number % _colours.Length];

    /// <summary>A rectangle.</summary>
    /// <param name="left">Pixels from the left.</param>
    /// <param name="top">Pixels from the top.</param>
    /// <param name="across">Pixels wide.</param>
    /// <param name="down">Pixels high.</param>
    /// <param name="fill">Its colour.</param>
    /// <param name="stroke">The colour of its border, or null for none.</param>
    /// <param name="tip">What it is, shown when pointed at.</param>
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

    /// <summary>A line of text; its top left corner is given.</summary>
    public void Text(double left, double top, string text, bool isHeading = false, string fill = "#222")
    {
        var shape = Element(
            "text", ("x", left), ("y", top + 12), ("font-size", isHeading ? 15 : 12), ("fill", fill),
            ("font-weight", isHeading ? "bold" : "normal"));
        shape.Add(text);
        Add(shape, null, top + 18);
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
                CultureInfo.InvariantCulture, $"0 0 {width} {Bottom + 12}")), ("font-family", "sans-serif"));
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
            shape.Add(new XElement(_ns + "title", tip));
        }

        _shapes.Add(shape);
        Bottom = Math.Max(Bottom, bottom);
    }
}
