namespace DmaGrains.Kernel.Tests.Conformance;

/// <summary>Small records that the model agrees with; single quotes stand for JSON's double ones.</summary>
internal static class VectorRecords
{
    public const string Segment =
        "{'id':'ck-1','dma_parms':null,'length':9,'dma_address':4096,'dma_length':9,"
        + "'expect':{'longer_than_max':false,'crosses_boundary':false}}";

    public const string List =
        "{'id':'sg-1','pfns':[[1,2]],'offset':0,'size':8192,'max_segment':4294967295,"
        + "'expect':{'nents':1,'segments':[[1,0,8192]]}}";

    public const string Appended =
        "{'id':'sg-2','calls':[{'pfns':[[1,2]],'offset':0,'size':8192,'max_segment':65536,'nents_after':1},"
        + "{'pfns':[[3,1],[9,1]],'offset':0,'size':8192,'max_segment':65536,'nents_after':2}],"
        + "'expect':{'nents':2,'segments':[[1,0,12288],[9,0,4096]]}}";

    public const string History =
        "{'id':'co-1','getters':'direct','devices':[[8,4,15]],'ops':[['attach',0],['detach',0]],"
        + "'expect':[['ok',8,4,15],['ok',4294967295,4294967295,18446744073709551615]]}";

    public const string Refused =
        "{'id':'co-2','getters':'direct','devices':[[8,4,15],[4,2,7]],'ops':[['attach',0],['attach-refused',1]],"
        + "'expect_as_posted':[['ok',8,4,15],['EBUSY',4,2,7]],"
        + "'expect_rolled_back':[['ok',8,4,15],['EBUSY',8,4,15]]}";

    public const string Least =
        "{'id':'re-1','size':4096,'max_segment_size':4096,'max_segment_count':1,'boundary_mask':4095,"
        + "'expect':{'floor_scattered':1,'floor_contiguous_aligned':1,'floor_contiguous_best_base':1,"
        + "'exact_scattered':1,'exact_contiguous_aligned':1,'exact_contiguous_best_base':1,'simple_rule_accepts':true,"
        + "'representable_scattered':true,'representable_contiguous_aligned':true}}";

    public const string Translated =
        "{'id':'im-1','granule':4096,'max_segment_size':65536,'boundary_mask':8191,'segments':[[1024,3072],[0,8192]],"
        + "'expect':{'iova_len':16384,'iova_align':16384,'dma_segments':[[1024,3072],[8192,8192]],'pads':[[0,4096]],"
        + "'over_max':0,'crossing':0}}";

    /// <summary>A list that takes more address space than an entry can.</summary>
    public const string TooLong =
        "{'id':'im-2','granule':4096,'max_segment_size':65536,'boundary_mask':8191,'segments':[[0,4294967295]],"
        + "'expect':{'errno':'EINVAL'}}";

    /// <summary>Bounces of a pool of two areas: what the first has no room for goes to the second.</summary>
    public const string Bounced =
        "{'id':'sw-1','start':0,'slots':256,'areas':2,'alloc_align_mask':0,'devices':[[0,0]],"
        + "'ops':[['map',0,0,200000],['map',0,0,200000],['map',0,0,2048],['map',0,0,200000]],'expect':[0,262144,200704,'full']}";

    /// <summary>Ranges of a contiguous area, some with an order, some with that of their length.</summary>
    public const string Aligned =
        "{'id':'cm-1','base_pfn':0,'pages':4096,'ops':[['alloc',1],['alloc',5,2],['alloc',3],['alloc',300],['alloc',1,9]],'expect':[0,4,12,256,1024]}";

    /// <summary>A record of a kind that is not known.</summary>
    public const string Other = "{'id':'dm-1','exporter':'udmabuf','expect':{}}";

    /// <summary>The record as JSON, with <paramref name="part"/> replaced.</summary>
    public static string With(this string record, string part, string change)
    {
        Assert.Contains(part, record, StringComparison.Ordinal);
        return record.Replace(part, change, StringComparison.Ordinal).Json();
    }

    public static string Json(this string record) => record.Replace('\'', '"');
}
