namespace DmaGrains.Experiments.Tests.Theory;

/// <summary>What queueing theory says.</summary>
internal static class Queues
{
    /// <summary>The share of arrivals that find all places taken (Erlang's loss formula).</summary>
    /// <param name="load">Mean arrivals in a mean lifetime.</param>
    /// <param name="places">How many fit.</param>
    public static double Loss(double load, int places)
    {
        var loss = 1.0;
        for (var place = 1; place <= places; place++)
        {
            loss = load * loss / (place + (load * loss));
        }

        return loss;
    }

    /// <summary>How likely it is that 0, 1, 2, … of the machines are broken (the machine-repair model).</summary>
    /// <param name="machines">How many there are.</param>
    /// <param name="ratio">A mean repair over the mean time until a machine breaks.</param>
    /// <param name="repairers">How many can be repaired at a time; the others wait.</param>
    public static double[] Broken(int machines, double ratio, int repairers)
    {
        var weights = new double[machines + 1];
        weights[0] = 1;
        for (var broken = 1; broken <= machines; broken++)
        {
            weights[broken] = weights[broken - 1] * (machines - broken + 1) * ratio / Math.Min(broken, repairers);
        }

        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
