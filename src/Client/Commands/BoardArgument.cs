using System.CommandLine;
using DmaGrains.Model;

namespace DmaGrains.Client.Commands;

/// <summary>The argument that names a board.</summary>
internal static class BoardArgument
{
    /// <summary><c>BOARD</c>.</summary>
    public static Argument<string> Create()
    {
        var board = new Argument<string>("BOARD") { Description = "The board's name." };
        board.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ModelName.IsValid(token.Value))
            {
                result.AddError($"'{token.Value}' is not a board's name: expected {ModelName.Expected}.");
            }
        });
        return board;
    }
}
