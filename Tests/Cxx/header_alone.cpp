// The header needs nothing before it, and all of it compiles, also what no program uses.
#include <videodb_rt.hpp>

template class vdbrt::BasicConfig<vdbrt::ReturnErrors>;
template class vdbrt::BasicOp<vdbrt::ReturnErrors>;
template class vdbrt::BasicClient<vdbrt::ReturnErrors>;
template class vdbrt::BasicChannel<vdbrt::ReturnErrors>;
template class vdbrt::BasicSubscription<vdbrt::ReturnErrors>;
template class vdbrt::BasicRecords<vdbrt::ReturnErrors>;
template class vdbrt::EventRange<vdbrt::ReturnErrors>;
template struct vdbrt::BasicPlayer<vdbrt::ReturnErrors>;
template class vdbrt::Batch<1>;
#if defined(__cpp_exceptions)
template class vdbrt::BasicConfig<vdbrt::ThrowErrors>;
template class vdbrt::BasicOp<vdbrt::ThrowErrors>;
template class vdbrt::BasicClient<vdbrt::ThrowErrors>;
template class vdbrt::BasicChannel<vdbrt::ThrowErrors>;
template class vdbrt::BasicSubscription<vdbrt::ThrowErrors>;
template class vdbrt::BasicRecords<vdbrt::ThrowErrors>;
template class vdbrt::EventRange<vdbrt::ThrowErrors>;
template struct vdbrt::BasicPlayer<vdbrt::ThrowErrors>;
#endif
