using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>The argument that names a board.</summary>
internal static class BoardArgument
{
    /// <summary><c>BOARD</c>.</summary>
    public static Argument<string> Create() => Checked("The board's name.", _ => false);

    /// <summary><c>BOARD</c>, or a board file where no silo is asked.</summary>
    public static Argument<string> OrFile() =>
        Checked("The board's name; without --gateway and --data also a board file, or - for standard input.", IsFile);

    /// <summary>The board of a file, or the shipped board of that name; null when only a silo could know it.</summary>
    public static BoardDefinition? FileIn(string board) =>
        IsFile(board) || File.Exists(board) || ShippedFiles.Board(board) is not null ? ShippedFiles.ReadBoard(board) : null;

    /// <summary>The board's name, for a silo.</summary>
    /// <exception cref="UsageException">It is a file.</exception>
    public static string NameIn(string board) => IsFile(board)
        ? throw new UsageException($"{Quoted.Text(board)} is a file: expected a board's name; 'board define' gives a silo the board of a file.")
        : board;

    /// <summary>Whether it is a file, or standard input, and not a board's name.</summary>
    public static bool IsFile(string text) =>
        StandardInput.Is(text) || text.EndsWith(".yaml", StringComparison.Ordinal) || text.EndsWith(".yml", StringComparison.Ordinal)
        || (text.Contains('/', StringComparison.Ordinal) && File.Exists(text));

    private static Argument<string> Checked(string description, Func<string, bool> isFile)
    {
        var board = new Argument<string>("BOARD") { Description = description };
        board.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ModelName.IsValid(token.Value) && !isFile(token.Value))
            {
                result.AddError($"'{token.Value}' is not a board's name: expected {ModelName.Expected}.");
            }
        });
        return board;
    }
}
