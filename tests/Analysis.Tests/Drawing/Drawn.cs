using System.Globalization;
using System.Xml.Linq;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Tests.Drawing;

/// <summary>The shapes of a picture, measured without the code that draws it.</summary>
internal sealed class Drawn
{
    private const double Slack = 0.5;

    private readonly double _width;
    private readonly double _height;

    public Drawn(string svg)
    {
        Assert.All(svg.EnumerateRunes(), rune => Assert.True(rune.Value is '\n' || HarmlessText.Shows(rune), $"U+{rune.Value:x4}"));
        var root = XDocument.Parse(svg).Root!;
        double[] view = [.. root.Attribute("viewBox")!.Value.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
        (_width, _height) = (view[2], view[3]);
        Assert.Contains("Mono", root.Attribute("font-family")!.Value, StringComparison.Ordinal);
        var shapes = root.Elements().Where(shape => shape.Attribute("x") is not null || shape.Attribute("x1") is not null).ToList();
        Boxes = [.. shapes.Where(shape => shape.Name.LocalName == "rect").Select(BoxOf)];
        Lines = [.. shapes.Where(shape => shape.Name.LocalName == "line").Select(line => (Of(line, "x1"), Of(line, "y1"), Of(line, "x2"), Of(line, "y2")))];
        Texts = [.. shapes.Where(shape => shape.Name.LocalName == "text").Select(text => text.Value)];
        Labels = [.. shapes.Where(shape => shape.Name.LocalName == "text").SelectMany(LabelsOf)];
    }

    /// <summary>Rectangles; those with a border are boxes with something in them.</summary>
    public IReadOnlyList<(Area Area, string Fill, bool HasBorder)> Boxes { get; }

    public IReadOnlyList<(double X1, double Y1, double X2, double Y2)> Lines { get; }

    /// <summary>Texts as they were before they were broken into lines.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>Lines of text.</summary>
    public IReadOnlyList<(Area Area, string Text)> Labels { get; }

    /// <summary>Nothing is clipped, no text leaves its box or lies on another, and no line leads through a box or a text.</summary>
    public void IsTidy()
    {
        var boxes = Boxes.Where(box => box.HasBorder).Select(box => box.Area).ToList();
        var whole = new Area(0, 0, _width, _height);
        Assert.All(Boxes, box => Assert.True(box.Area.IsIn(whole), $"{box} is clipped by {whole}"));
        Assert.All(Lines, line => Assert.True(new Area(line.X1, line.Y1, line.X1, line.Y1).IsIn(whole) && new Area(line.X2, line.Y2, line.X2, line.Y2).IsIn(whole), $"{line} is clipped"));
        for (var index = 0; index < Labels.Count; index++)
        {
            var (area, text) = Labels[index];
            Assert.True(area.IsIn(whole), $"'{text}' {area} is clipped by {whole}");
            Assert.All(boxes, box => Assert.True(area.IsIn(box) || !area.Meets(box), $"'{text}' {area} leaves its box {box}"));
            Assert.All(Labels.Skip(index + 1), other => Assert.False(area.Meets(other.Area), $"'{text}' {area} lies on '{other.Text}' {other.Area}"));
            Assert.All(Lines, line => Assert.False(area.IsCrossed(line), $"{line} leads through '{text}' {area}"));
        }

        Assert.All(Lines, line => Assert.All(boxes, box => Assert.False(box.IsCrossed(line), $"{line} leads through {box}")));
        for (var index = 0; index < boxes.Count; index++)
        {
            Assert.All(boxes.Skip(index + 1), other => Assert.False(boxes[index].Meets(other), $"{boxes[index]} lies on {other}"));
        }
    }

    private static (Area, string, bool) BoxOf(XElement shape) => (
        new(Of(shape, "x"), Of(shape, "y"), Of(shape, "x") + Of(shape, "width"), Of(shape, "y") + Of(shape, "height")),
        shape.Attribute("fill")!.Value, shape.Attribute("stroke") is not null);

    private static IEnumerable<(Area, string)> LabelsOf(XElement text)
    {
        var size = Of(text, "font-size");
        foreach (var line in text.Elements())
        {
            var shown = line.Value.TrimEnd(' ');
            var columns = shown.EnumerateRunes().Sum(rune => rune.Value >= 0x2e80 ? 2 : 1);
            // No common font of one width is wider than this, and the picture asks for no other width.
            Assert.Equal(columns * 0.6021 * size, Of(line, "textLength"), 0.01);
            var (x, baseline) = (Of(line, "x"), Of(line, "y"));
            yield return (new(x, baseline - (0.75 * size), x + Of(line, "textLength"), baseline + (0.2 * size)), shown);
        }
    }

    private static double Of(XElement shape, string attribute) => double.Parse(shape.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    /// <summary>A rectangle.</summary>
    internal readonly record struct Area(double Left, double Top, double Right, double Bottom)
    {
        public bool IsIn(Area other) =>
            Left >= other.Left - Slack && Top >= other.Top - Slack && Right <= other.Right + Slack && Bottom <= other.Bottom + Slack;

        public bool Meets(Area other) =>
            Left < other.Right - Slack && other.Left < Right - Slack && Top < other.Bottom - Slack && other.Top < Bottom - Slack;

        /// <summary>Whether a line has points well inside: Liang and Barsky's way of clipping.</summary>
        public bool IsCrossed((double X1, double Y1, double X2, double Y2) line)
        {
            var (from, to) = (0.0, 1.0);
            foreach (var (way, room) in new[]
            {
                (line.X1 - line.X2, line.X1 - Left - Slack), (line.X2 - line.X1, Right - Slack - line.X1),
                (line.Y1 - line.Y2, line.Y1 - Top - Slack), (line.Y2 - line.Y1, Bottom - Slack - line.Y1),
            })
            {
                if (way == 0 && room <= 0)
                {
                    return false;
                }

                if (way < 0)
                {
                    from = Math.Max(from, room / way);
                }
                else if (way > 0)
                {
                    to = Math.Min(to, room / way);
                }
            }

            return from < to;
        }
    }
}
