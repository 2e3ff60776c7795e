namespace DmaGrains.Model.Buffers;

/// <summary>Binary search in an array ordered by name.</summary>
internal static class NamedSearch
{
    /// <summary>The index of the item with that name, or the complement of where it would be inserted.</summary>
    public static int IndexOf(INamed[] items, string name)
    {
        var (low, high) = (0, items.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(items[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
